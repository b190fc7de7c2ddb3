// Reads a response from bytes, with llhttp in strict mode and with limits.
//
// Pure: bytes go in as they come, cut anywhere. Interim (1xx) responses are skipped. llhttp reads
// one message at a time, and pauses at the end of each chunk:
//
//   head (1xx) ─► start again            ┌──────────────────────────┐
//   head ─┬─► body ─► end                ▼                          │
//         └─► chunked ─► ChunkLine ─► its size alone ─► data, CRLF ─┴─► trailers ─► end
#pragma once

#include "http/chunk_line.hpp"
#include "http/header.hpp"

#include <pivot/failure.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <llhttp.h>

namespace pivot::http {

struct ResponseLimits {
    // Limits everything except the body: status line, headers, trailers, 1xx, chunk extensions, and
    // the bytes by which a gzip body is longer than its text.
    std::size_t head_bytes_max = 64 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;  // decoded
};

struct Response {
    int status = 0;
    std::string content_type;
    std::string location;
    std::string headers;   // if they are kept: `Name: value` and CRLF each, as they came
    std::string body;      // its capacity exceeds its size by at least body_padding_bytes
    bool is_gzip = false;  // the body is encoded; Decoding reads it

    // Empties the response but keeps its memory.
    void clear();

    // The values of the kept headers with this name, in order.
    std::vector<std::string_view> values_of(std::string_view name) const
    {
        return http::values_of(headers, name);
    }
};

// Room for a reader that reads whole vectors past the end (simdjson).
inline constexpr std::size_t body_padding_bytes = 64;

class ResponseParser {
public:
    explicit ResponseParser(const ResponseLimits& limits = {});
    ResponseParser(const ResponseParser&) = delete;
    ResponseParser& operator=(const ResponseParser&) = delete;

    // Prepares for the next response, as FreeList asks.
    void recycle();
    void set_limits(const ResponseLimits& limits) { limits_ = limits; }

    // Keeps the headers of this response.
    void keep_headers() { keeps_headers_ = true; }

    // Accepts 101 Switching Protocols as a final response, which is a mistake otherwise.
    void expect_upgrade() { expects_upgrade_ = true; }

    // Reads the next bytes from the peer. Fails with protocol or too_large, phase read; then the
    // connection must be closed.
    Result<void> feed(std::string_view bytes);

    // To be called when the peer has closed. Completes a response that lasts until then; otherwise
    // fails with closed.
    Result<void> finish();

    // The final response as far as it has come. Its status is 0 before its headers are complete.
    const Response& response() const { return response_; }
    Response& response() { return response_; }

    bool is_complete() const { return is_complete_; }

    // After completion: whether the connection can carry another request.
    bool can_reuse_connection() const
    {
        return is_complete_ && keeps_alive_ && surplus_bytes_ == 0;
    }

    // After completion, how many of the bytes that were fed last belong to what follows the
    // response.
    std::size_t surplus_bytes() const { return surplus_bytes_; }

    // After completion: how long the server says that it keeps the connection, if it says so.
    std::optional<std::chrono::seconds> keep_alive() const;

private:
    // The names of the headers that we read are shorter.
    static constexpr std::size_t name_bytes_max = 32;

    static const llhttp_settings_t& callbacks();

    int header_field(std::string_view bytes);
    int header_value(std::string_view bytes);
    int header_complete();
    void keep_value(std::string_view bytes);
    int headers_complete();
    int body(std::string_view bytes);
    std::size_t body_bytes_max() const;
    int chunk_complete();
    int message_complete();

    void begin_message();
    std::string_view read_chunk_line(std::string_view bytes);  // returns the bytes after it
    std::string_view read_message(std::string_view bytes);     // returns the bytes left

    // These are about the current header: whether it has this name, its name in lower case, and the
    // place of its value, or null if nobody needs the value.
    bool is_named(std::string_view name) const;
    std::string name() const;
    std::string* place_of_value();

    int give_up(Reason reason, std::string message);

    ResponseLimits limits_;
    llhttp_t parser_;
    std::optional<ChunkLine> chunk_line_;  // the one that is being read
    Response response_;
    std::array<char, name_bytes_max> name_;  // of the current header, perhaps cut
    std::size_t name_bytes_ = 0;             // its uncut length
    std::string value_;                      // its value, if that is needed
    std::string content_encoding_;
    std::string transfer_encoding_;
    std::string keep_alive_;
    std::size_t other_bytes_ = 0;  // all except those of the body
    std::optional<Failure> failure_;
    bool keeps_headers_ = false;
    bool keeps_value_ = false;  // the current header's name has been kept
    bool expects_upgrade_ = false;
    bool has_headers_ = false;
    bool is_complete_ = false;
    bool keeps_alive_ = false;
    std::size_t surplus_bytes_ = 0;
};

}  // namespace pivot::http
