// Finds the end of the head of a request, or of its trailers, and refuses lines that two readers
// may read differently: request smuggling lives off them (RFC 9112, section 11.2).
//
//     *( line CRLF ) CRLF
//
// A line ends with CRLF and nothing else. It has no control characters but tabs, does not begin
// with white space (which older standards took for the continuation of the line before), and is not
// too long. Pure: the lines may be cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pivot::http {

struct HeadLimits {
    std::size_t line_bytes_max = 8 * 1024;  // of each line, without its end
    std::size_t head_bytes_max = 16 * 1024;
    std::size_t lines_max = 101;  // the request line and 100 headers
};

class HeadLines {
public:
    enum class Fault : std::uint8_t { none, bare_end, folded, control, long_line, too_large };

    explicit HeadLines(const HeadLimits& limits) : limits_(limits) {}

    // Reads up to the end of the empty line, or of `bytes`. Returns the number of bytes read.
    std::size_t feed(std::string_view bytes);

    bool is_complete() const { return at_ == At::end; }
    Fault fault() const { return fault_; }

    // How many lines have ended, not counting the empty one.
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
