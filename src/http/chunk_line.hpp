// The line before a chunk (RFC 9112, section 7.1): its size, and extensions that nobody reads.
//
//     chunk-size *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) BWS CRLF
//
// The standard has no blanks before the end of the line, but old servers write them. llhttp 8
// refuses them, and valid extensions as well, so it is given the size alone. Pure: the line may be
// cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pivot::http {

class ChunkLine {
public:
    // Reads up to the end of the line, or of `bytes`. Returns the number of bytes read.
    std::size_t feed(std::string_view bytes);

    bool is_complete() const { return at_ == At::end; }
    bool is_bad() const { return at_ == At::error; }

    // The size of the chunk, once the line is complete.
    std::uint64_t size_bytes() const { return size_bytes_; }

private:
    enum class At : std::uint8_t {
        begin,
        size,
        after_size,  // after a blank, or after an extension and a blank
        before_name,
        name,
        after_name,
        before_value,
        value,
        quoted,
        escaped,
        after_quoted,
        line_feed,
        end,
        error,
    };

    At step(char c);
    At add_digit(unsigned digit);
    static At end_or(char c, At blank);

    std::uint64_t size_bytes_ = 0;
    At at_ = At::begin;
};

}  // namespace pivot::http
