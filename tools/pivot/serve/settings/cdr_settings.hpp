// The table [cdr]: where CDRs go unless the action says where.
#pragma once

#include "base/json_breaches.hpp"
#include "base/json_reader.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace pivot::tools {

struct CdrSettings {
    std::string url;                                           // if empty, nowhere
    std::map<std::string, std::string, std::less<>> accounts;  // by account, in place of `url`

    const std::string& url_of(std::string_view account_id) const
    {
        const auto own = accounts.find(account_id);
        return own == accounts.end() ? url : own->second;
    }

    bool is_empty() const { return url.empty() && accounts.empty(); }
};

// Reads the table `cdr`.
void read_cdr(json::ObjectReader& root, CdrSettings& settings, json::Breaches& breaches);

}  // namespace pivot::tools
