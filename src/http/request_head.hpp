// Reads the head of a request: the request itself, and the framing of its body (RFC 9112, sections
// 3, 6).
//
// llhttp reads it in strict mode. Whatever llhttp leaves open, or its versions read differently, is
// checked here. Pure.
#pragma once

#include "http/server_request.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace pivot::http {

// Why a request is refused.
struct Refusal {
    int status;           // at least 400
    std::string message;  // a sentence without a full stop
};

inline tl::unexpected<Refusal> refuse(int status, std::string message)
{
    return tl::unexpected(Refusal{status, std::move(message)});
}

struct RequestHead {
    ServerRequest request;  // without the body
    std::uint64_t body_bytes = 0;
    bool is_chunked = false;
    bool keeps_alive = false;  // the connection stays open after the response
    bool expects_continue = false;
};

// `head` is complete, and HeadLines has accepted it.
tl::expected<RequestHead, Refusal> read_request_head(std::string_view head);

}  // namespace pivot::http
