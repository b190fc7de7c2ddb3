// What the fuzz targets share: an input taken apart, and a comparison that ends the program.
//
// A target is one file with LLVMFuzzerTestOneInput(). It gives bytes to one reader and holds the
// answer against an oracle: another implementation, a round trip, or a promise of the reader's
// header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace pivot::fuzz {

// Ends the program where a promise is broken, so that libFuzzer keeps the input.
inline void require(bool holds, const char* promise)
{
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size_bytes)
        : rest_(reinterpret_cast<const char*>(data), size_bytes)
    {
    }

    // The next byte; 0 where there is none left.
    std::uint8_t byte()
    {
        if (rest_.empty()) return 0;
        const char first = rest_.front();
        rest_.remove_prefix(1);
        return static_cast<std::uint8_t>(first);
    }

    // What is left up to the next line feed, which is dropped.
    std::string_view line()
    {
        const std::size_t end = rest_.find('\n');
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
        return line;
    }

    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

// Hands `bytes` to `feed` in pieces of at most `piece_bytes`, each in a block of its own, so that
// AddressSanitizer sees a read beyond its end. Stops when `feed` says false.
template <typename Feed>
void in_pieces(std::string_view bytes, std::size_t piece_bytes, Feed feed)
{
    while (!bytes.empty()) {
        const std::string piece(bytes.substr(0, piece_bytes));
        if (!feed(std::string_view(piece))) return;
        bytes.remove_prefix(piece.size());
    }
}

}  // namespace pivot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes);
