// A refused call hears the reason, and gets a SIP response.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>

namespace pivot::execute::modules {

struct Refusal {
    int sip_code = 0;  // if 0, the call is hung up with `cause`
    ReasonPhrase phrase;
    Media media;      // nothing is played if empty
    CauseName cause;  // for a call that is already answered
};

// The refusal of resources and offnet where the flow has no child for the cause.
Refusal refusal_for(const Work& work, std::string_view cause);

Task<ModuleEnd> refuse(Work work, Refusal refusal, Deadline& deadline);

}  // namespace pivot::execute::modules
