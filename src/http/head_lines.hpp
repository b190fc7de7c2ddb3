// Finds the end of a request's head, or of its trailers, and refuses lines that two readers may
// read differently, which is how request smuggling works (RFC 9112, section 11.2).
//
//     *( line CRLF ) CRLF
//
// A line ends with CRLF and nothing else. Its only control characters are tabs, it does not begin
// with white space (a continuation line in older standards), and its length is limited. Pure: the
// lines may be cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pivot::http {

struct HeadLimits {
    std::size_t line_bytes_max = 8 * 1024;  // per line, without its end
    std::size_t head_bytes_max = 16 * 1024;
    std::size_t lines_max = 101;  // the request line and 100 headers
};

class HeadLines {
public:
    enum class Fault : std::uint8_t { none, bare_end, folded, control, long_line, too_large };

    explicit HeadLines(const HeadLimits& limits) : limits_(limits) {}

    // Reads to the end of the empty line, or of `bytes`. Returns the number of bytes read.
    std::size_t feed(std::string_view bytes);

    bool is_complete() const { return at_ == At::end; }
    Fault fault() const { return fault_; }

    // The number of complete lines, without the empty one.
    std::size_t lines() const { return lines_; }

private:
    enum class At : std::uint8_t { line_begin, line, line_feed, last_line_feed, end };

    void step(char c);
    void begin_line(char c);
    void go_on(char c);
    void refuse(Fault fault) { fault_ = fault; }

    const HeadLimits limits_;
    At at_ = At::line_begin;
    Fault fault_ = Fault::none;
    std::size_t lines_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace pivot::http
