#include "switches/app_pivot/refusals.h"

#include "switches/app_pivot/asterisk_module.h"

#include <asterisk/causes.h>

int cause_refusing_with(int sip_code)
{
    switch (sip_code) {
        case 401:
        case 402:
        case 403:
        case 405:
        case 407: return AST_CAUSE_CALL_REJECTED;
        case 404:
        case 604: return AST_CAUSE_UNALLOCATED;
        case 408: return AST_CAUSE_NO_USER_RESPONSE;
        case 410: return AST_CAUSE_NUMBER_CHANGED;
        case 480: return AST_CAUSE_NO_ANSWER;
        case 484: return AST_CAUSE_INVALID_NUMBER_FORMAT;
        case 486:
        case 600: return AST_CAUSE_USER_BUSY;
        case 415:
        case 488:
        case 606: return AST_CAUSE_BEARERCAPABILITY_NOTAVAIL;
        case 501: return AST_CAUSE_FACILITY_REJECTED;
        case 502: return AST_CAUSE_DESTINATION_OUT_OF_ORDER;
        case 503: return AST_CAUSE_NORMAL_CIRCUIT_CONGESTION;
        default: break;
    }
    if (sip_code < 500) return AST_CAUSE_CALL_REJECTED;
    if (sip_code < 600) return AST_CAUSE_FAILURE;
    return AST_CAUSE_NORMAL_CLEARING; /* 603 */
}
