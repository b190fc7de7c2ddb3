// The variables of a call that flows branch on.
#pragma once

#include "execute/modules/module.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pivot::execute::modules {

std::optional<std::string> variable_in(const Work& work, std::string_view scope,
                                       std::string_view name);

// What the pattern of the callflow's number has captured; empty: nothing.
std::string captured_number(const Work& work);

}  // namespace pivot::execute::modules
