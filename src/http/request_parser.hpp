// Reads requests from bytes, one after the other, with limits.
//
// Pure: bytes go in as they come, cut anywhere. Nothing is lenient, since a proxy in front of us
// may read a lenient message in another way.
//
//   head ─┬─► body of a known length ───────────────────────────────► end
//         └─► chunk line ─► data ─► CRLF ─┬─► trailers, not read ───► end
//                  ▲                      │
//                  └──────────────────────┘
#pragma once

#include "http/chunk_line.hpp"
#include "http/head_lines.hpp"
#include "http/request_head.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::http {

struct RequestLimits {
    HeadLimits head;  // for trailers, too
    std::size_t body_bytes_max = 64 * 1024;
};

class RequestParser {
public:
    explicit RequestParser(const RequestLimits& limits = {});

    // Reads the next bytes. Returns how many, because the rest belongs to the next request. After a
    // refusal the connection must be closed.
    tl::expected<std::size_t, Refusal> feed(std::string_view bytes);

    bool has_head() const { return at_ != At::head; }
    bool is_complete() const { return at_ == At::end; }

    // Whether the client waits for 100 Continue before it sends the body.
    bool expects_continue() const { return read_.expects_continue && !is_complete(); }

    // Returns the complete request, and prepares for the next one.
    RequestHead take();

private:
    enum class At : std::uint8_t { head, body, chunk_line, chunk, chunk_end, trailers, end };
    using Read = tl::expected<std::size_t, Refusal>;

    Read read_head(std::string_view bytes);
    Read read_body(std::string_view bytes);
    Read read_chunk_line(std::string_view bytes);
    Read read_chunk_end(std::string_view bytes);
    Read read_trailers(std::string_view bytes);
    Read read_part(std::string_view bytes);
    tl::expected<void, Refusal> begin_body();
    void begin_lines();
    bool is_too_large(std::uint64_t more_bytes) const;

    RequestLimits limits_;
    At at_ = At::head;
    std::optional<HeadLines> lines_;
    std::string head_;          // as far as it has arrived
    bool has_skipped_ = false;  // an empty line before the request
    RequestHead read_;          // the current request
    std::uint64_t left_ = 0;    // of the body or the chunk
    std::optional<ChunkLine> chunk_line_;
    std::size_t line_bytes_ = 0;  // of the chunk line, or of the end of a chunk
};

}  // namespace pivot::http
