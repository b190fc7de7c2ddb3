#include "http/head_lines.hpp"

namespace pivot::http {

std::size_t HeadLines::feed(std::string_view bytes)
{
    std::size_t count = 0;
    while (count < bytes.size() && at_ != At::end && fault_ == Fault::none) step(bytes[count++]);
    return count;
}

void HeadLines::step(char c)
{
    if (++bytes_ > limits_.head_bytes_max) return refuse(Fault::too_large);
    switch (at_) {
        case At::line_begin: return begin_line(c);
        case At::line: return go_on(c);
        case At::line_feed:
        case At::last_line_feed: break;
        case At::end: return;
    }
    if (c != '\n') return refuse(Fault::bare_end);
    at_ = at_ == At::line_feed ? At::line_begin : At::end;
}

void HeadLines::begin_line(char c)
{
    if (c == '\r') {
        at_ = At::last_line_feed;
        return;
    }
    if (c == ' ' || c == '\t') return refuse(Fault::folded);
    if (lines_ == limits_.lines_max) return refuse(Fault::too_large);
    at_ = At::line;
    line_bytes_ = 0;
    go_on(c);
}

void HeadLines::go_on(char c)
{
    if (c == '\r') {
        at_ = At::line_feed;
        ++lines_;
        return;
    }
    if (c == '\n') return refuse(Fault::bare_end);
    const bool is_control = (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F';
    if (is_control) return refuse(Fault::control);
    if (++line_bytes_ > limits_.line_bytes_max) return refuse(Fault::long_line);
}

}  // namespace pivot::http
