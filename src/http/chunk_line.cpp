#include "http/chunk_line.hpp"

#include "base/text.hpp"

namespace pivot::http {

namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// A character of a token (RFC 9110, section 5.6.2).
bool is_token(char c)
{
    return is_letter(c) || is_digit(c) ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

// A character inside quotes. The quote and the backslash are handled before.
bool is_quoted_text(char c)
{
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7F');
}

}  // namespace

std::size_t ChunkLine::feed(std::string_view bytes)
{
    std::size_t count = 0;
    while (count < bytes.size() && at_ != At::end && at_ != At::error) at_ = step(bytes[count++]);
    return count;
}

ChunkLine::At ChunkLine::step(char c)
{
    if (at_ == At::line_feed) return c == '\n' ? At::end : At::error;
    if (at_ == At::begin || at_ == At::size) {
        const int digit = hex_value(c);
        if (digit >= 0) return add_digit(static_cast<unsigned>(digit));
        if (at_ == At::begin) return At::error;
    }
    switch (at_) {
        case At::size:
        case At::after_size:
        case At::after_quoted: return end_or(c, At::after_size);
        case At::before_name:
            if (is_blank(c)) return At::before_name;
            return is_token(c) ? At::name : At::error;
        case At::name:
            if (is_token(c)) return At::name;
            return c == '=' ? At::before_value : end_or(c, At::after_name);
        case At::after_name: return c == '=' ? At::before_value : end_or(c, At::after_name);
        case At::before_value:
            if (is_blank(c)) return At::before_value;
            if (c == '"') return At::quoted;
            return is_token(c) ? At::value : At::error;
        case At::value: return is_token(c) ? At::value : end_or(c, At::after_size);
        case At::quoted:
            if (c == '"') return At::after_quoted;
            if (c == '\\') return At::escaped;
            return is_quoted_text(c) ? At::quoted : At::error;
        case At::escaped: return is_quoted_text(c) ? At::quoted : At::error;
        case At::begin:
        case At::line_feed:
        case At::end:
        case At::error: break;
    }
    return At::error;
}

ChunkLine::At ChunkLine::add_digit(unsigned digit)
{
    if (size_bytes_ >> 60 != 0) return At::error;  // more than 64 bits
    size_bytes_ = size_bytes_ << 4 | digit;
    return At::size;
}

// The state after the end of a size, a name or a value.
ChunkLine::At ChunkLine::end_or(char c, At blank)
{
    if (c == '\r') return At::line_feed;
    if (c == ';') return At::before_name;
    return is_blank(c) ? blank : At::error;
}

}  // namespace pivot::http
