// SIP headers that a node gives to those whom it calls.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>
#include <vector>

namespace pivot::execute::modules {

// One that cannot be a header is left out, with a warning.
void add_header(const Work& work, std::vector<SipHeader>& headers, std::string_view name,
                std::string_view value);

// `custom_sip_headers`, or its `out`.
void add_headers(const Work& work, std::vector<SipHeader>& headers, json::Value data);

}  // namespace pivot::execute::modules
