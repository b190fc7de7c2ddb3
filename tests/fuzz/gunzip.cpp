// A stream decoded in portions is what zlib decodes in one go; compressed text comes back
// unchanged.
#include "http/gunzip.hpp"

#include "fuzz.hpp"
#include "gzip.hpp"

#include <optional>

#include <zlib.h>

namespace pivot::fuzz {
namespace {

constexpr std::size_t decoded_bytes_max = 1 << 16;

// Returns nothing if the bytes are not a whole stream, or are too many once decoded.
std::optional<std::string> ours(std::string_view bytes, std::size_t portion_bytes)
{
    using State = http::Gunzip::State;
    http::Gunzip gunzip(std::string(bytes), decoded_bytes_max);
    std::string out;
    State state = State::more;
    while (state == State::more) state = gunzip.decode(out, portion_bytes);
    if (state != State::complete) return std::nullopt;
    return out;
}

// One member that takes all the bytes.
std::optional<std::string> zlibs(std::string_view bytes)
{
    std::string out(decoded_bytes_max, '\0');
    z_stream stream{};
    inflateInit2(&stream, 16 + MAX_WBITS);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&stream, Z_FINISH);
    const bool is_whole = status == Z_STREAM_END && stream.avail_in == 0;
    out.resize(stream.total_out);
    inflateEnd(&stream);
    if (!is_whole) return std::nullopt;
    return out;
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot;
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const std::size_t portion_bytes = 1 + input.byte();
    const auto whole = ours(input.rest(), decoded_bytes_max);
    require(whole == ours(input.rest(), portion_bytes), "the same bytes whatever the portions");
    if (const auto expected = zlibs(input.rest())) require(whole == expected, "what zlib decodes");
    const std::string there = test::gzip(input.rest());
    const auto back = ours(there, portion_bytes);
    require(back && *back == input.rest(), "what was compressed comes back");
    return 0;
}
