// A call that is not put through hears why, and gets a SIP response.
#pragma once

#include "execute/modules/module.hpp"

#include <string>
#include <string_view>

namespace pivot::execute::modules {

struct Refusal {
    int sip_code = 0;  // 0: the call is hung up with the cause
    ReasonPhrase phrase;
    std::string media;  // a name as callflows have it; empty: nothing is played
    CauseName cause;    // of a call that is answered
};

// What resources and offnet say for a cause where a flow does not.
Refusal refusal_for(std::string_view cause);

Task<ModuleEnd> refuse(Work work, Refusal refusal, Deadline& deadline);

}  // namespace pivot::execute::modules
