// A request as it goes onto the wire.
#pragma once

#include "http/url.hpp"

#include <pivot/action.hpp>

#include <string>
#include <string_view>

namespace pivot::http {

// Appends the head of an HTTP/1.1 request (RFC 9112). With a body of `content_type`, its length.
void append_head(std::string& out, Method method, const Url& url, std::string_view content_type,
                 std::size_t body_bytes);

}  // namespace pivot::http
