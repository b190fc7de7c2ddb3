// The shapes of strings in a callflow.
#pragma once

#include "callflow/rule.hpp"

#include <cstddef>
#include <string_view>

namespace pivot::callflow {

bool matches(Form form, std::string_view text);

// "an e-mail address" and so on, for messages.
std::string_view describe(Form form);

bool is_web_url(std::string_view url);  // http or https, regardless of case

// The host of a web URL as spelled, without port, user and brackets.
std::string_view host_of(std::string_view url);

}  // namespace pivot::callflow
