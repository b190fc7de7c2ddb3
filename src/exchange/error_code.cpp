#include "exchange/error_code.hpp"

namespace pivot::exchange {

int error_code(Reason reason)
{
    switch (reason) {
        case Reason::bad_action: return 11100;  // invalid URL
        case Reason::connect:
        case Reason::closed: return 11205;
        case Reason::protocol: return 11206;
        case Reason::dns: return 11210;
        case Reason::redirect: return 11215;
        case Reason::tls: return 11220;
        case Reason::too_large: return 11750;
        case Reason::invalid_json:
        case Reason::invalid_twiml: return 12100;
        case Reason::invalid_callflow: return 12200;
        case Reason::content_type: return 12300;
        case Reason::blocked:
        case Reason::timeout:
        case Reason::status:
        case Reason::cancelled:
        case Reason::overload: return 11200;  // the URL could not be fetched
    }
    return 11200;
}

}  // namespace pivot::exchange
