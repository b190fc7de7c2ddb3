// Debug records as KAZOO's API shows them, for programs that read its `pivot/debug`:
//
//   /v2/accounts/ACCOUNT/pivot/debug        the calls of the account, the latest first
//   /v2/accounts/ACCOUNT/pivot/debug/CALL   the documents of one call, by its id or its debug_id
//
// A record becomes a document for the request, one for the response, and one for what was wrong,
// as KAZOO stores them. Lists are given a page at a time: `page_size`, and `start_key`, which is
// the `next_start_key` of the page before.
#pragma once

#include "http/server_request.hpp"
#include "http/server_response.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::tools {

class KazooDebugPages {
public:
    static constexpr std::string_view path = "/v2/accounts/";

    // `file` has the records; empty: there is no store. `node` is what KAZOO would call us.
    KazooDebugPages(std::string file, std::string node)
        : file_(std::move(file)), node_(std::move(node))
    {
    }

    // To the holder of a token of `account_id`; null: of none.
    http::ServerResponse answer(const http::ServerRequest& request,
                                const std::string* account_id) const;

private:
    http::ServerResponse list(const http::ServerRequest& request,
                              const std::string& account_id) const;
    http::ServerResponse show(const http::ServerRequest& request, const std::string& account_id,
                              std::string_view call_id) const;

    const std::string file_;
    const std::string node_;
};

}  // namespace pivot::tools
