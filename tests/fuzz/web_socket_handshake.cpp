// A response opens a WebSocket or does not wherever its bytes are cut, and what is left of them are
// the WebSocket's. A request that a server accepts is answered with what its client takes for open.
#include "http/web_socket_handshake.hpp"

#include "fuzz.hpp"

#include <optional>

namespace pivot::fuzz {
namespace {

// The key of the example of RFC 6455, section 1.3.
const http::UpgradeWish wish = {"dGhlIHNhbXBsZSBub25jZQ==", "ari", {}};

// The bytes left for the WebSocket, if it opens.
std::optional<std::string_view> judge(std::string_view bytes, std::size_t piece_bytes)
{
    http::ResponseParser parser({.head_bytes_max = 4096, .body_bytes_max = 4096});
    parser.keep_headers();
    parser.expect_upgrade();
    Result<void> result;
    std::size_t read_bytes = 0;
    in_pieces(bytes, piece_bytes, [&](std::string_view piece) {
        result = parser.feed(piece);
        read_bytes += piece.size();
        return result.has_value() && parser.response().status == 0;
    });
    if (result) result = http::judge_upgrade(parser.response(), wish);
    if (!result) return std::nullopt;
    return bytes.substr(read_bytes - parser.surplus_bytes());
}

void serve(std::string_view lines)
{
    const auto request = http::judge_upgrade_request("GET", lines);
    if (!request) {
        require(request.error().status >= 400 && request.error().status <= 499, "a client's error");
        return;
    }
    http::UpgradeWish asked{request->key, {}, {}};
    if (!request->protocols.empty()) asked.protocol = request->protocols.front();
    const std::string head = http::upgrade_response(*request, asked.protocol);
    http::ResponseParser parser;
    parser.keep_headers();
    parser.expect_upgrade();
    require(parser.feed(head).has_value(), "the answer is HTTP");
    require(http::judge_upgrade(parser.response(), asked).has_value(), "the answer opens it");
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const std::size_t piece_bytes = 1 + input.byte();
    const auto whole = judge(input.rest(), input.rest().size() + 1);
    for (const std::size_t size : {piece_bytes, std::size_t{1}}) {
        require(whole == judge(input.rest(), size), "the same wherever the bytes are cut");
    }
    serve(input.rest());
    return 0;
}
