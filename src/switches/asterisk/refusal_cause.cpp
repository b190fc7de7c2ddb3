#include "switches/asterisk/refusal_cause.hpp"

namespace pivot::switches::asterisk {

// From Asterisk's causes.h.
int cause_refusing_with(int sip_code)
{
    switch (sip_code) {
        case 401:
        case 402:
        case 403:
        case 405:
        case 407: return 21;  // call rejected
        case 404:
        case 604: return 1;   // unallocated
        case 408: return 18;  // no user response
        case 410: return 22;  // number changed
        case 480: return 19;  // no answer
        case 484: return 28;  // invalid number format
        case 486:
        case 600: return 17;  // user busy
        case 415:
        case 488:
        case 606: return 58;  // bearer capability not available
        case 501: return 29;  // facility rejected
        case 502: return 27;  // destination out of order
        case 503: return 34;  // normal circuit congestion
        default: break;
    }
    if (sip_code < 500) return 21;
    if (sip_code < 600) return 38;  // failure: network out of order
    return 16;                      // 603: normal clearing
}

}  // namespace pivot::switches::asterisk
