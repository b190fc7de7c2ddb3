// The SIP headers that a node sends to its callees.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>
#include <vector>

namespace pivot::execute::modules {

// Leaves out an invalid header, with a warning.
void add_header(const Work& work, std::vector<SipHeader>& headers, std::string_view name,
                std::string_view value);

// Adds `custom_sip_headers`, or its `out`.
void add_headers(const Work& work, std::vector<SipHeader>& headers, json::Value data);

}  // namespace pivot::execute::modules
