// Builds the dial string for an address, `Local/+493012345@pivot-dial/n`, from the operator's
// templates.
#pragma once

#include "base/string_map.hpp"

#include <pivot/command.hpp>

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::asterisk {

// TECHNOLOGY/RESOURCE with `{number}`, `{user}` or `{uri}` in it. If a template is empty, such
// addresses cannot be dialled.
struct DialTemplates {
    std::string number = "Local/{number}@pivot-dial/n";
    std::string user = "PJSIP/{user}";
    std::string sip_uri;
};

struct DialSettings {
    DialTemplates common;
    StringMap<DialTemplates> accounts;  // by account id, in place of the common ones
};

// As this account dials it. The error is a sentence. Only digits and `+*#` of a number are ever
// dialled, and no user with an `@`.
tl::expected<std::string, std::string> dial_string(const Address& address,
                                                   std::string_view account_id,
                                                   const DialSettings& settings);

}  // namespace pivot::switches::asterisk
