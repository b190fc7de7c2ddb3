// Reads the head of a request: what it asks, and how its body is framed (RFC 9112, sections 3, 6).
//
// llhttp reads it in strict mode, and what it has left to chance, or what its versions differ in,
// is checked again here. Pure.
#pragma once

#include "http/server_request.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace pivot::http {

// Why a request is not answered as it wishes.
struct Refusal {
    int status;           // 400 and above
    std::string message;  // a sentence without a full stop
};

inline tl::unexpected<Refusal> refuse(int status, std::string message)
{
    return tl::unexpected(Refusal{status, std::move(message)});
}

struct RequestHead {
    ServerRequest request;  // without its body
    std::uint64_t body_bytes = 0;
    bool is_chunked = false;
    bool keeps_alive = false;  // the connection, after the answer
    bool expects_continue = false;
};

// `head` is whole, and HeadLines has passed it.
tl::expected<RequestHead, Refusal> read_request_head(std::string_view head);

}  // namespace pivot::http
