// The variables of a call that flows branch on.
#pragma once

#include "execute/modules/module.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pivot::execute::modules {

// The name of a variable, followed by the members that lead to the value in it.
using VariablePath = std::span<const std::string_view>;

// A variable as text, from a scope of branch_variable; the scope `doc` is the user or device `id`.
// A value that the flow has set hides the one that came with the call. Names match in any case, and
// `-` matches `_`. Returns nothing if there is no such variable, or if it is null.
std::optional<std::string> variable_in(const Work& work, std::string_view scope, VariablePath path,
                                       std::string_view id);

// The digits that the pattern of the callflow's number captured. Empty if it captured nothing.
std::string captured_number(const Work& work);

}  // namespace pivot::execute::modules
