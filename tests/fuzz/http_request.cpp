// Requests are the same wherever their bytes are cut, a plain one is what a plain reader of RFC
// 9112 makes of it, and none has lines that two readers may read differently.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "http/request_parser.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace pivot::fuzz {
namespace {

constexpr std::size_t head_bytes_max = 2'048;
constexpr std::size_t body_bytes_max = 512;

struct Ended {
    std::vector<http::RequestHead> requests;
    int refused = 0;  // with this status; 0: it was not
};

Ended read(std::string_view bytes, std::size_t piece_bytes)
{
    http::RequestParser parser(
        {.head = {.line_bytes_max = 256, .head_bytes_max = head_bytes_max, .lines_max = 20},
         .body_bytes_max = body_bytes_max});
    Ended ended;
    in_pieces(bytes, piece_bytes, [&](std::string_view piece) {
        while (!piece.empty()) {
            const auto fed = parser.feed(piece);
            if (!fed) {
                require(fed.error().status >= 400 && !fed.error().message.empty(), "a reason");
                ended.refused = fed.error().status;
                return false;
            }
            require(*fed > 0, "it goes on");
            piece.remove_prefix(*fed);
            if (parser.is_complete()) ended.requests.push_back(parser.take());
        }
        return true;
    });
    return ended;
}

void check(const http::RequestHead& head)
{
    const http::ServerRequest& request = head.request;
    require(request.body.size() <= body_bytes_max, "a body within its limit");
    require(request.headers.size() <= head_bytes_max, "headers within their limit");
    require(request.headers.find('\0') == std::string::npos, "no zero bytes");
    for (std::size_t at = 0; at < request.headers.size(); ++at) {
        const char c = request.headers[at];
        if (c == '\r') require(request.headers[at + 1] == '\n', "no bare CR");
        if (c == '\n') require(at > 0 && request.headers[at - 1] == '\r', "no bare LF");
    }
    const bool has_coding = !request.values_of("transfer-encoding").empty();
    require(!has_coding || request.values_of("content-length").empty(), "one kind of framing");
    require(request.minor_version == 0 || request.values_of("host").size() == 1, "one Host");
    require(request.target.starts_with('/') || request.target == "*", "a path");
}

// One request in the plainest form: no body, one header. Returns its path.
std::optional<std::string_view> read_plain(std::string_view bytes)
{
    constexpr std::string_view begin = "GET /";
    constexpr std::string_view end = " HTTP/1.1\r\nHost: a\r\n\r\n";
    if (!bytes.starts_with(begin) || !bytes.ends_with(end)) return std::nullopt;
    if (bytes.size() < begin.size() + end.size() || bytes.size() > 200) return std::nullopt;
    const std::string_view path = bytes.substr(4, bytes.size() - 4 - end.size());
    for (const char c : path.substr(1)) {
        if (!is_letter(c) && !is_digit(c)) return std::nullopt;
    }
    return path;
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const std::size_t piece_bytes = 1 + input.byte();
    const Ended whole = read(input.rest(), input.rest().size() + 1);
    for (const auto& head : whole.requests) check(head);
    for (const std::size_t size : {piece_bytes, std::size_t{1}}) {
        const Ended pieces = read(input.rest(), size);
        require(whole.refused == pieces.refused, "the same refusal wherever the bytes are cut");
        require(whole.requests.size() == pieces.requests.size(), "as many requests");
        for (std::size_t at = 0; at < whole.requests.size(); ++at) {
            const auto& one = whole.requests[at].request;
            const auto& other = pieces.requests[at].request;
            require(one.method == other.method && one.target == other.target, "the same request");
            require(one.headers == other.headers && one.body == other.body, "the same message");
        }
    }
    if (const auto path = read_plain(input.rest())) {
        require(whole.refused == 0 && whole.requests.size() == 1, "a plain request is read");
        require(whole.requests[0].request.target == *path, "its path");
    }
    return 0;
}
