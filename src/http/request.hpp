// A request as it goes over the wire.
#pragma once

#include "http/destination.hpp"

#include <pivot/action.hpp>

#include <string>
#include <string_view>

namespace pivot::http {

// What a client sends. It is written when it can be sent, and perhaps once more for a retry, so a
// call that waits for a connection or a response holds no message.
class Request {
public:
    virtual const Destination& destination() const = 0;

    // Appends head and body.
    virtual void append_to(std::string& message) const = 0;

protected:
    ~Request() = default;
};

// Appends the head of an HTTP/1.1 request (RFC 9112) and the empty line. `query` is appended to
// that of the URL. Unless `content_type` is empty, the head has it and the length of the body.
// `headers` are further lines, each with its line end.
void append_head(std::string& message, std::string_view method, const Destination& destination,
                 std::string_view query, std::string_view content_type, std::size_t body_bytes,
                 std::string_view headers = {});

// Likewise, for `target` in place of that of the destination's URL.
void append_head_for(std::string_view target, std::string& message, std::string_view method,
                     const Destination& destination, std::string_view content_type,
                     std::size_t body_bytes, std::string_view headers = {});

}  // namespace pivot::http
