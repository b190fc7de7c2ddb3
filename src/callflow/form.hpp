// The shapes of strings in a callflow.
#pragma once

#include "callflow/rule.hpp"

#include <cstddef>
#include <string_view>

namespace pivot::callflow {

bool matches(Form form, std::string_view text);

// "an e-mail address", …: for messages.
std::string_view describe(Form form);

// Code points of UTF-8.
std::size_t count_characters(std::string_view text);

bool is_web_url(std::string_view url);  // its scheme is http or https, in any case of letters

// The host of a web URL, without port, user and brackets, as it is spelled.
std::string_view host_of(std::string_view url);

}  // namespace pivot::callflow
