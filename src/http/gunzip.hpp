// Decodes a gzip stream (RFC 1952) with zlib, a portion at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

struct z_stream_s;

namespace pivot::http {

class Gunzip {
public:
    enum class State { more, complete, corrupt, cut_short, too_large };

    // `size_bytes_max` limits the text. An empty stream is an empty text.
    Gunzip(std::string encoded, std::size_t size_bytes_max);

    // Appends the next piece of the text: at most `portion_bytes` of it, from at most as many bytes
    // of the stream.
    State decode(std::string& text, std::size_t portion_bytes);

    // The number of bytes of the stream that were read.
    std::size_t read_bytes() const;

    // Returns the whole stream. Nothing else may be called afterwards.
    std::string release() { return std::move(encoded_); }

private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };

    State run();

    std::string encoded_;
    const std::size_t size_bytes_max_;
    std::unique_ptr<z_stream_s, End> stream_;
    bool is_between_members_ = true;  // only there may the stream end
};

}  // namespace pivot::http
