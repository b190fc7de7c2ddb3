// What is known of a call, as modules look for it.
#pragma once

#include "execute/modules/module.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pivot::execute::modules {

// The member of a JSON object, as text. Names are equal if they are without case, and with `_` for
// `-`. None: there is no such member, or a null.
std::optional<std::string> member_of(std::string_view object, std::string_view name);

// A channel variable: as a flow has set it, else as the call came with it.
std::optional<std::string> channel_variable(const Work& work, std::string_view name);

// What the pattern of the callflow's number has captured; empty: nothing.
std::string captured_number(const Work& work);

}  // namespace pivot::execute::modules
