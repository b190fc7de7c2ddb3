// A request as it goes onto the wire.
#pragma once

#include "http/destination.hpp"

#include <pivot/action.hpp>

#include <string>
#include <string_view>

namespace pivot::http {

// What a client asks. It is written when it can be sent, and perhaps once more: so whoever waits
// for a connection or an answer holds no message.
class Request {
public:
    virtual const Destination& destination() const = 0;

    // Appends head and body.
    virtual void append_to(std::string& message) const = 0;

protected:
    ~Request() = default;
};

// Appends the head of an HTTP/1.1 request (RFC 9112) and an empty line. `query` joins that of the
// URL. With a body of `content_type`, its length. `headers` are more lines, each with its end.
void append_head(std::string& message, Method method, const Destination& destination,
                 std::string_view query, std::string_view content_type, std::size_t body_bytes,
                 std::string_view headers = {});

}  // namespace pivot::http
