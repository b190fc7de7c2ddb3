#include <pivot/failure.hpp>

namespace pivot::inline v1 {

std::string_view name(Reason reason)
{
    switch (reason) {
        case Reason::bad_action: return "bad_action";
        case Reason::blocked: return "blocked";
        case Reason::dns: return "dns";
        case Reason::connect: return "connect";
        case Reason::tls: return "tls";
        case Reason::timeout: return "timeout";
        case Reason::closed: return "closed";
        case Reason::protocol: return "protocol";
        case Reason::too_large: return "too_large";
        case Reason::redirect: return "redirect";
        case Reason::status: return "status";
        case Reason::content_type: return "content_type";
        case Reason::invalid_json: return "invalid_json";
        case Reason::invalid_callflow: return "invalid_callflow";
        case Reason::invalid_twiml: return "invalid_twiml";
        case Reason::cancelled: return "cancelled";
        case Reason::overload: return "overload";
    }
    return "unknown";
}

std::string_view name(Phase phase)
{
    switch (phase) {
        case Phase::queue: return "queue";
        case Phase::dns: return "dns";
        case Phase::connect: return "connect";
        case Phase::tls: return "tls";
        case Phase::send: return "send";
        case Phase::wait: return "wait";
        case Phase::read: return "read";
        case Phase::parse: return "parse";
    }
    return "unknown";
}

}  // namespace pivot::inline v1
