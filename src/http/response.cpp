#include "http/response.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace pivot::http {

namespace {

// Does nothing to a text that is printable already, as nearly all are.
void make_printable(std::string& text)
{
    constexpr std::size_t bytes_max = 200;
    const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
    if (text.size() <= bytes_max && std::ranges::all_of(text, is_plain)) return;
    text = printable(text);
}

// Memory that is kept for the next response. Larger blocks are freed.
constexpr std::size_t kept_body_bytes_max = 64 * 1024;
constexpr std::size_t kept_header_bytes_max = 256;
constexpr std::size_t kept_head_bytes_max = 4 * 1024;

ResponseParser& parser_of(llhttp_t* parser)
{
    return *static_cast<ResponseParser*>(parser->data);
}

}  // namespace

void Response::clear()
{
    status = 0;
    clear_to_reuse(content_type, kept_header_bytes_max);
    clear_to_reuse(location, kept_header_bytes_max);
    clear_to_reuse(headers, kept_head_bytes_max);
    clear_to_reuse(body, kept_body_bytes_max);
    is_gzip = false;
}

ResponseParser::ResponseParser(const ResponseLimits& limits) : limits_(limits)
{
    recycle();
}

void ResponseParser::recycle()
{
    begin_message();
    chunk_line_.reset();
    other_bytes_ = 0;
    failure_.reset();
    keeps_headers_ = keeps_value_ = false;
    expects_upgrade_ = has_headers_ = is_complete_ = keeps_alive_ = false;
    surplus_bytes_ = 0;
}

void ResponseParser::begin_message()
{
    llhttp_init(&parser_, HTTP_RESPONSE, &callbacks());
    parser_.data = this;
    response_.clear();
    name_bytes_ = 0;
    clear_to_reuse(value_, kept_header_bytes_max);
    clear_to_reuse(content_encoding_, kept_header_bytes_max);
    clear_to_reuse(transfer_encoding_, kept_header_bytes_max);
    clear_to_reuse(keep_alive_, kept_header_bytes_max);
}

// llhttp's callbacks are plain functions; `data` points to the parser. A callback that returns -1
// has set `failure_`.
const llhttp_settings_t& ResponseParser::callbacks()
{
    static const llhttp_settings_t settings = [] {
        llhttp_settings_t callbacks;
        llhttp_settings_init(&callbacks);
        callbacks.on_header_field = [](llhttp_t* parser, const char* at, std::size_t size) {
            return parser_of(parser).header_field({at, size});
        };
        callbacks.on_header_value = [](llhttp_t* parser, const char* at, std::size_t size) {
            return parser_of(parser).header_value({at, size});
        };
        callbacks.on_header_value_complete = [](llhttp_t* parser) {
            return parser_of(parser).header_complete();
        };
        callbacks.on_headers_complete = [](llhttp_t* parser) {
            return parser_of(parser).headers_complete();
        };
        callbacks.on_body = [](llhttp_t* parser, const char* at, std::size_t size) {
            return parser_of(parser).body({at, size});
        };
        callbacks.on_chunk_complete = [](llhttp_t* parser) {
            return parser_of(parser).chunk_complete();
        };
        callbacks.on_message_complete = [](llhttp_t* parser) {
            return parser_of(parser).message_complete();
        };
        return callbacks;
    }();
    return settings;
}

Result<void> ResponseParser::feed(std::string_view bytes)
{
    assert(!is_complete_ && !failure_);
    while (!bytes.empty() && !is_complete_ && !failure_) {
        bytes = chunk_line_ ? read_chunk_line(bytes) : read_message(bytes);
    }
    surplus_bytes_ = bytes.size();
    if (!failure_ && other_bytes_ > limits_.head_bytes_max) {
        give_up(Reason::too_large,
                fmt::format("the response has more than {} bytes besides its body, which is the "
                            "limit for headers",
                            limits_.head_bytes_max));
    }
    if (failure_) return tl::unexpected(std::move(*failure_));
    return {};
}

std::string_view ResponseParser::read_chunk_line(std::string_view bytes)
{
    const std::size_t size = chunk_line_->feed(bytes);
    other_bytes_ += size;
    if (chunk_line_->is_bad()) {
        give_up(Reason::protocol, "not HTTP/1.1: the line before a chunk has no valid size");
    } else if (chunk_line_->is_complete()) {
        const std::string line = fmt::format("{:x}\r\n", chunk_line_->size_bytes());
        other_bytes_ -= line.size();
        chunk_line_.reset();
        [[maybe_unused]] const auto error = llhttp_execute(&parser_, line.data(), line.size());
        assert(error == HPE_OK);
    }
    return bytes.substr(size);
}

std::string_view ResponseParser::read_message(std::string_view bytes)
{
    other_bytes_ += bytes.size();
    const llhttp_errno error = llhttp_execute(&parser_, bytes.data(), bytes.size());
    if (failure_ || error == HPE_OK) return {};
    if (error != HPE_PAUSED) {
        give_up(Reason::protocol,
                fmt::format("not HTTP/1.1: {} ({})", llhttp_get_error_reason(&parser_),
                            llhttp_errno_name(error)));
        return {};
    }
    const std::string_view rest =
        bytes.substr(static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - bytes.data()));
    other_bytes_ -= rest.size();
    if (is_complete_) return rest;
    if (has_headers_) {
        llhttp_resume(&parser_);
    } else {
        begin_message();  // after a 1xx
    }
    return rest;
}

Result<void> ResponseParser::finish()
{
    assert(!is_complete_ && !failure_);
    const llhttp_errno error = llhttp_finish(&parser_);
    if (failure_) return tl::unexpected(std::move(*failure_));
    if (is_complete_) {
        keeps_alive_ = false;
        return {};
    }
    if (!has_headers_) {
        return fail(Reason::closed, Phase::read, "the peer closed in the middle of the headers");
    }
    if (parser_.flags & F_CONTENT_LENGTH) {
        return fail(Reason::closed, Phase::read,
                    fmt::format("the peer closed {} bytes before the end of the body",
                                parser_.content_length));
    }
    return fail(
        Reason::closed, Phase::read,
        fmt::format("the peer closed before the end of the body ({})", llhttp_errno_name(error)));
}

// `timeout=5, max=100` (RFC 2068, section 19.7.1.1).
std::optional<std::chrono::seconds> ResponseParser::keep_alive() const
{
    std::string_view rest = keep_alive_;
    while (!rest.empty()) {
        std::string_view value = take_until(rest, ',');
        if (!equals_ignoring_case(trim(take_until(value, '=')), "timeout")) continue;
        value = trim(value);
        std::uint32_t seconds = 0;
        const auto [end, error] = std::from_chars(value.begin(), value.end(), seconds);
        if (error == std::errc() && end == value.end()) return std::chrono::seconds(seconds);
    }
    return std::nullopt;
}

int ResponseParser::header_field(std::string_view bytes)
{
    if (name_bytes_ < name_bytes_max) {
        const std::size_t room_bytes = name_bytes_max - name_bytes_;
        bytes.copy(name_.data() + name_bytes_, room_bytes);
    }
    name_bytes_ += bytes.size();
    if (keeps_headers_ && !has_headers_) response_.headers += bytes;
    return 0;
}

int ResponseParser::header_value(std::string_view bytes)
{
    if (place_of_value() != nullptr) value_ += bytes;
    if (keeps_headers_ && !has_headers_) keep_value(bytes);
    return 0;
}

void ResponseParser::keep_value(std::string_view bytes)
{
    if (!keeps_value_) response_.headers += ": ";
    keeps_value_ = true;
    response_.headers += bytes;
}

int ResponseParser::header_complete()
{
    if (name_bytes_ == 0) return give_up(Reason::protocol, "a header line without a name");
    if (keeps_headers_ && !has_headers_) {
        keep_value({});
        response_.headers += "\r\n";
        keeps_value_ = false;
    }
    if (std::string* place = place_of_value()) {
        const std::string_view value = trim(value_);
        const bool may_differ = place == &keep_alive_;
        const bool may_repeat = place != &transfer_encoding_;
        if (!place->empty() && !may_differ && !(may_repeat && *place == value)) {
            return give_up(Reason::protocol, fmt::format("two {} headers that differ", name()));
        }
        *place = value;
    }
    name_bytes_ = 0;
    value_.clear();
    return 0;
}

bool ResponseParser::is_named(std::string_view name) const
{
    return name.size() == name_bytes_ && equals_ignoring_case(name, {name_.data(), name_bytes_});
}

std::string ResponseParser::name() const
{
    std::string lower_cased(name_.data(), std::min(name_bytes_, name_bytes_max));
    std::ranges::transform(lower_cased, lower_cased.begin(), lower);
    return lower_cased;
}

std::string* ResponseParser::place_of_value()
{
    if (has_headers_) return nullptr;  // trailers are counted but not read
    if (is_named("content-type")) return &response_.content_type;
    if (is_named("location")) return &response_.location;
    if (is_named("content-encoding")) return &content_encoding_;
    if (is_named("transfer-encoding")) return &transfer_encoding_;
    if (is_named("keep-alive")) return &keep_alive_;
    return nullptr;
}

int ResponseParser::headers_complete()
{
    if (parser_.http_major != 1) {
        return give_up(Reason::protocol, fmt::format("not HTTP/1.1: the response says HTTP/{}.{}",
                                                     parser_.http_major, parser_.http_minor));
    }
    constexpr int has_no_body = 1;
    if (parser_.status_code == HTTP_STATUS_SWITCHING_PROTOCOLS) {
        if (!expects_upgrade_) {
            return give_up(Reason::protocol, "101 Switching Protocols, which was not requested");
        }
        has_headers_ = true;
        response_.status = HTTP_STATUS_SWITCHING_PROTOCOLS;
        return has_no_body;
    }
    if (parser_.status_code < 100 || parser_.status_code > 599) {
        return give_up(Reason::protocol, fmt::format("not HTTP/1.1: invalid status code {}",
                                                     unsigned{parser_.status_code}));
    }
    if (parser_.status_code < 200) return has_no_body;  // whatever it says (RFC 9112, section 6.3)

    has_headers_ = true;
    if (!transfer_encoding_.empty() && !equals_ignoring_case(transfer_encoding_, "chunked")) {
        return give_up(Reason::protocol, fmt::format("Transfer-Encoding {} was not requested",
                                                     printable(transfer_encoding_)));
    }
    make_printable(response_.content_type);
    response_.status = parser_.status_code;
    if (equals_ignoring_case(content_encoding_, "gzip") ||
        equals_ignoring_case(content_encoding_, "x-gzip")) {
        response_.is_gzip = true;
    } else if (!content_encoding_.empty() && !equals_ignoring_case(content_encoding_, "identity")) {
        return give_up(Reason::protocol, fmt::format("Content-Encoding {} was not requested",
                                                     printable(content_encoding_)));
    }
    std::size_t expected_bytes = 0;
    if (parser_.flags & F_CONTENT_LENGTH) {
        if (parser_.content_length > body_bytes_max()) {
            return give_up(Reason::too_large,
                           fmt::format("a body of {} bytes is over the limit of {}",
                                       parser_.content_length, limits_.body_bytes_max));
        }
        expected_bytes = parser_.content_length;
    }
    response_.body.reserve(expected_bytes + body_padding_bytes);
    if (response_.status == HTTP_STATUS_NO_CONTENT ||
        response_.status == HTTP_STATUS_NOT_MODIFIED) {
        return has_no_body;
    }
    if ((parser_.flags & F_CHUNKED) == 0) return 0;
    chunk_line_.emplace();
    return HPE_PAUSED;
}

int ResponseParser::body(std::string_view bytes)
{
    other_bytes_ -= bytes.size();
    if (response_.body.size() + bytes.size() > body_bytes_max()) {
        return give_up(Reason::too_large, fmt::format("the body is over the limit of {} bytes",
                                                      limits_.body_bytes_max));
    }
    response_.body += bytes;
    return 0;
}

// The limit of the body as it comes, which gzip may make longer.
std::size_t ResponseParser::body_bytes_max() const
{
    return limits_.body_bytes_max + (response_.is_gzip ? limits_.head_bytes_max : 0);
}

int ResponseParser::chunk_complete()
{
    if (parser_.flags & F_TRAILING) return 0;  // the last one: message_complete() follows
    other_bytes_ -= std::string_view("\r\n").size();
    chunk_line_.emplace();
    return HPE_PAUSED;
}

int ResponseParser::message_complete()
{
    if (!has_headers_) return HPE_PAUSED;  // a 1xx: the final response follows
    response_.body.reserve(response_.body.size() + body_padding_bytes);
    keeps_alive_ = llhttp_should_keep_alive(&parser_) != 0;
    is_complete_ = true;
    return HPE_PAUSED;
}

int ResponseParser::give_up(Reason reason, std::string message)
{
    failure_ = Failure{reason, Phase::read, std::move(message), {}};
    return -1;
}

}  // namespace pivot::http
