// Bytes to one response: llhttp in strict mode, with limits.
//
// Pure: bytes go in as they come, cut anywhere. Interim responses (1xx) are skipped. llhttp reads
// one message, and no more than the end of a chunk, at a time:
//
//   head (1xx) ─► a parser anew          ┌──────────────────────────┐
//   head ─┬─► body ─► end                ▼                          │
//         └─► chunked ─► ChunkLine ─► its size alone ─► data, CRLF ─┴─► trailers ─► end
#pragma once

#include "http/chunk_line.hpp"

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
    // All that is not body: status line, headers, trailers, 1xx, chunk extensions, and what a gzip
    // body has more than it decodes to.
    std::size_t head_bytes_max = 64 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;  // decoded
};

struct Response {
    int status = 0;
    std::string content_type;
    std::string location;
    std::string headers;  // `Name: value` and CRLF each, as they came; empty: nobody asked for them
    std::string body;     // its capacity exceeds its size by body_padding_bytes at least
    bool is_gzip = false;  // the body, which Decoding reads

    // Keeps its memory.
    void clear();

    // Of the headers that were kept, the values of those with this name, in their order.
    std::vector<std::string_view> values_of(std::string_view name) const;
};

// For a reader that looks at whole vectors beyond the end (simdjson).
inline constexpr std::size_t body_padding_bytes = 64;

class ResponseParser {
public:
    explicit ResponseParser(const ResponseLimits& limits = {});
    ResponseParser(const ResponseParser&) = delete;
    ResponseParser& operator=(const ResponseParser&) = delete;

    // For the next response, as FreeList has it.
    void recycle();
    void set_limits(const ResponseLimits& limits) { limits_ = limits; }

    // For this response only: keeps its headers.
    void keep_headers() { keeps_headers_ = true; }

    // The next bytes from the peer. Fails with protocol or too_large, phase read; then the
    // connection is of no more use.
    Result<void> feed(std::string_view bytes);

    // The peer has closed. Completes a response that lasts until then; else fails with closed.
    Result<void> finish();

    // The final response, as far as it has come: its status is 0 before its headers are complete.
    const Response& response() const { return response_; }
    Response& response() { return response_; }

    bool is_complete() const { return is_complete_; }

    // After completion: whether the connection can carry another request.
    bool can_reuse_connection() const { return is_complete_ && keeps_alive_ && !has_surplus_; }

    // Likewise: how long the server says that it keeps the connection; none: it does not say.
    std::optional<std::chrono::seconds> keep_alive() const;

private:
    // Longer names are none of those we read.
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
    std::string_view read_chunk_line(std::string_view bytes);  // what follows the line
    std::string_view read_message(std::string_view bytes);     // what is still to be read
    bool is_named(std::string_view name) const;                // the header that is being read
    std::string name() const;                                  // likewise, lower-cased
    std::string* place_of_value();  // likewise; null: its value is of no use
    int give_up(Reason reason, std::string message);

    ResponseLimits limits_;
    llhttp_t parser_;
    std::optional<ChunkLine> chunk_line_;  // that is being read
    Response response_;
    std::array<char, name_bytes_max> name_;  // of the header that is being read, perhaps cut
    std::size_t name_bytes_ = 0;             // uncut
    std::string value_;                      // and its value, if it is of use
    std::string content_encoding_;
    std::string transfer_encoding_;
    std::string keep_alive_;
    std::size_t other_bytes_ = 0;  // than those of the body
    std::optional<Failure> failure_;
    bool keeps_headers_ = false;
    bool keeps_value_ = false;  // of the header that is being read, its name is kept
    bool has_headers_ = false;
    bool is_complete_ = false;
    bool keeps_alive_ = false;
    bool has_surplus_ = false;
};

}  // namespace pivot::http
