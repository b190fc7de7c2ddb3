#include "http/request_parser.hpp"

#include "base/pass_on.hpp"
#include "http/status.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

// With extensions, which nobody sends.
constexpr std::size_t chunk_line_bytes_max = 256;

tl::unexpected<Refusal> refuse_lines(HeadLines::Fault fault, bool is_first_line)
{
    switch (fault) {
        case HeadLines::Fault::none: break;
        case HeadLines::Fault::bare_end:
            return refuse(status::bad_request, "a line of the head does not end with CR LF");
        case HeadLines::Fault::folded:
            return refuse(status::bad_request, "a line of the head begins with white space");
        case HeadLines::Fault::control:
            return refuse(status::bad_request, "the head has a control character");
        case HeadLines::Fault::long_line:
        case HeadLines::Fault::too_large: break;
    }
    if (is_first_line) return refuse(status::uri_too_long, "the request line is too long");
    return refuse(status::header_fields_too_large, "the headers are too many or too long");
}

}  // namespace

RequestParser::RequestParser(const RequestLimits& limits) : limits_(limits)
{
    begin_lines();
}

void RequestParser::begin_lines()
{
    lines_.emplace(limits_.head);
}

RequestHead RequestParser::take()
{
    assert(is_complete());
    at_ = At::head;
    begin_lines();
    head_.clear();
    has_skipped_ = false;
    return std::exchange(read_, {});
}

RequestParser::Read RequestParser::feed(std::string_view bytes)
{
    std::size_t count = 0;
    while (count < bytes.size() && !is_complete()) {
        const auto read = read_part(bytes.substr(count));
        if (!read) return read;
        count += *read;
    }
    return count;
}

RequestParser::Read RequestParser::read_part(std::string_view bytes)
{
    switch (at_) {
        case At::head: return read_head(bytes);
        case At::body:
        case At::chunk: return read_body(bytes);
        case At::chunk_line: return read_chunk_line(bytes);
        case At::chunk_end: return read_chunk_end(bytes);
        case At::trailers: return read_trailers(bytes);
        case At::end: break;
    }
    return 0;
}

RequestParser::Read RequestParser::read_head(std::string_view bytes)
{
    const std::size_t count = lines_->feed(bytes);
    if (lines_->fault() != HeadLines::Fault::none) {
        return refuse_lines(lines_->fault(), lines_->lines() == 0);
    }
    head_ += bytes.substr(0, count);
    if (!lines_->is_complete()) return count;
    if (lines_->lines() == 0) {
        // Old clients send an empty line after a body (RFC 9112, section 2.2).
        if (std::exchange(has_skipped_, true))
            return refuse(status::bad_request, "only empty lines");
        head_.clear();
        begin_lines();
        return count;
    }
    auto head = read_request_head(head_);
    if (!head) return pass_on(head);
    read_ = std::move(*head);
    if (auto begun = begin_body(); !begun) return pass_on(begun);
    return count;
}

tl::expected<void, Refusal> RequestParser::begin_body()
{
    if (is_too_large(read_.body_bytes)) {
        return refuse(status::content_too_large,
                      fmt::format("a body of {} bytes is over the limit of {}", read_.body_bytes,
                                  limits_.body_bytes_max));
    }
    left_ = read_.body_bytes;
    at_ = left_ > 0 ? At::body : At::end;
    if (!read_.is_chunked) return {};
    at_ = At::chunk_line;
    chunk_line_.emplace();
    line_bytes_ = 0;
    return {};
}

bool RequestParser::is_too_large(std::uint64_t more_bytes) const
{
    return more_bytes > limits_.body_bytes_max - read_.request.body.size();
}

RequestParser::Read RequestParser::read_body(std::string_view bytes)
{
    const std::size_t count = std::min<std::uint64_t>(left_, bytes.size());
    read_.request.body += bytes.substr(0, count);
    left_ -= count;
    if (left_ > 0) return count;
    at_ = at_ == At::chunk ? At::chunk_end : At::end;
    line_bytes_ = 0;
    return count;
}

RequestParser::Read RequestParser::read_chunk_line(std::string_view bytes)
{
    const std::size_t count = chunk_line_->feed(bytes);
    line_bytes_ += count;
    if (chunk_line_->is_bad() || line_bytes_ > chunk_line_bytes_max) {
        return refuse(status::bad_request, "the line before a chunk has no valid size");
    }
    if (!chunk_line_->is_complete()) return count;
    left_ = chunk_line_->size_bytes();
    if (is_too_large(left_)) {
        return refuse(
            status::content_too_large,
            fmt::format("the body is over the limit of {} bytes", limits_.body_bytes_max));
    }
    at_ = left_ > 0 ? At::chunk : At::trailers;
    begin_lines();
    return count;
}

RequestParser::Read RequestParser::read_chunk_end(std::string_view bytes)
{
    constexpr std::string_view end = "\r\n";
    if (bytes.front() != end[line_bytes_]) {
        return refuse(status::bad_request, "a chunk is longer than its size");
    }
    if (++line_bytes_ < end.size()) return 1;
    at_ = At::chunk_line;
    chunk_line_.emplace();
    line_bytes_ = 0;
    return 1;
}

RequestParser::Read RequestParser::read_trailers(std::string_view bytes)
{
    const std::size_t count = lines_->feed(bytes);
    if (lines_->fault() != HeadLines::Fault::none) return refuse_lines(lines_->fault(), false);
    if (lines_->is_complete()) at_ = At::end;
    return count;
}

}  // namespace pivot::http
