// The admin listener's pages about calls, as JSON: /calls, /calls?ended, and /calls?id=KEY, where
// KEY is a call's id or the beginning of one.
#pragma once

#include "http/server_request.hpp"
#include "http/server_response.hpp"
#include "pivot/serve/calls/call_history.hpp"

#include <string>
#include <string_view>

namespace pivot::tools {

class CallPages {
public:
    // `ledger` is the path of the file with all ended calls. If it is empty, the history's are
    // shown.
    CallPages(const CallHistory& history, std::string ledger)
        : history_(history), ledger_(std::move(ledger))
    {
    }

    static constexpr std::string_view path = "/calls";

    http::ServerResponse answer(const http::ServerRequest& request) const;

    // Returns the `id` of the query; empty if there is none.
    static std::string id_of(const http::ServerRequest& request);

private:
    http::ServerResponse list(bool is_of_ended) const;
    http::ServerResponse show(std::string_view key) const;

    const CallHistory& history_;
    const std::string ledger_;
};

}  // namespace pivot::tools
