// The admin listener's pages about the debug records in the store, as JSON, the oldest first:
//
//     /debug             the last records of all calls
//     /debug?after=N     the first records after record N, which is the `last` of an earlier answer
//     /debug?id=KEY      likewise for one call, from its first record on; KEY as in /calls?id=KEY
//
// {"call_id":"…","last":N,"records":[…]}, or {"call_ids":["…","…"]} if several calls match KEY
#pragma once

#include "http/server_request.hpp"
#include "http/server_response.hpp"
#include "pivot/serve/calls/call_history.hpp"
#include "store/debug_table.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace pivot::tools {

class DebugPages {
public:
    // `file` has the records; empty if there is no store.
    DebugPages(const CallHistory& history, std::string file)
        : history_(history), file_(std::move(file))
    {
    }

    static constexpr std::string_view path = "/debug";

    http::ServerResponse answer(const http::ServerRequest& request) const;

private:
    http::ServerResponse show(std::string_view key, store::DebugQuery query) const;
    http::ServerResponse list(const store::DebugQuery& query) const;
    store::Answer<std::vector<std::string>> calls_of(std::string_view key) const;

    const CallHistory& history_;
    const std::string file_;
};

}  // namespace pivot::tools
