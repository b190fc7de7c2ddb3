// A response is the same wherever its bytes are cut, and a plain one is what a plain reader of RFC
// 9112 makes of it.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "http/response.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace pivot::fuzz {
namespace {

struct Ended {
    std::optional<Reason> reason;  // none: no failure
    http::Response response;
    bool is_complete = false;
    bool can_reuse = false;
};

Ended read(std::string_view bytes, std::size_t piece_bytes)
{
    http::ResponseParser parser({.head_bytes_max = 4096, .body_bytes_max = 16384});
    parser.keep_headers();
    Result<void> result;
    in_pieces(bytes, piece_bytes, [&](std::string_view piece) {
        if (parser.is_complete()) return false;
        result = parser.feed(piece);
        return result.has_value();
    });
    if (result && !parser.is_complete()) result = parser.finish();
    Ended ended;
    if (!result) ended.reason = result.error().reason;
    ended.is_complete = parser.is_complete();
    ended.can_reuse = parser.can_reuse_connection();
    ended.response = std::move(parser.response());
    return ended;
}

struct Plain {
    int status = 0;
    std::string_view body;
};

// A final response in the plainest form of RFC 9112: a status line, headers of letters and digits,
// one Content-Length. None: the bytes are something else, on which this has no opinion.
std::optional<Plain> read_plain(std::string_view bytes)
{
    constexpr std::string_view version = "HTTP/1.1 ";
    if (!bytes.starts_with(version)) return std::nullopt;
    Plain plain;
    const char* const digits = bytes.data() + version.size();
    if (bytes.size() < version.size() + 3) return std::nullopt;
    const auto [end, error] = std::from_chars(digits, digits + 3, plain.status);
    if (error != std::errc() || end != digits + 3 || plain.status < 200) return std::nullopt;
    if (plain.status == 204 || plain.status == 304 || plain.status > 599) return std::nullopt;
    bytes.remove_prefix(version.size() + 3);
    if (!bytes.starts_with(" OK\r\nContent-Length: ")) return std::nullopt;
    bytes.remove_prefix(std::string_view(" OK\r\nContent-Length: ").size());
    std::size_t length = 0;
    const auto [after, wrong] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), length);
    if (wrong != std::errc()) return std::nullopt;
    bytes.remove_prefix(static_cast<std::size_t>(after - bytes.data()));
    if (!bytes.starts_with("\r\n\r\n") || length > 16384) return std::nullopt;
    bytes.remove_prefix(4);
    if (bytes.size() < length) return std::nullopt;
    plain.body = bytes.substr(0, length);
    return plain;
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const std::size_t piece_bytes = 1 + input.byte();
    const Ended whole = read(input.rest(), input.rest().size() + 1);
    for (const std::size_t size : {piece_bytes, std::size_t{1}}) {
        const Ended pieces = read(input.rest(), size);
        require(whole.reason == pieces.reason, "the same failure wherever the bytes are cut");
        require(whole.is_complete == pieces.is_complete, "complete wherever the bytes are cut");
        if (!whole.is_complete) continue;
        require(whole.response.status == pieces.response.status, "the same status");
        require(whole.response.body == pieces.response.body, "the same body");
        require(whole.response.headers == pieces.response.headers, "the same headers");
        require(whole.response.location == pieces.response.location, "the same location");
    }
    if (const auto plain = read_plain(input.rest())) {
        require(whole.is_complete, "a plain response is complete");
        require(whole.response.status == plain->status, "the status of a plain response");
        require(whole.response.body == plain->body, "the body of a plain response");
    }
    return 0;
}
