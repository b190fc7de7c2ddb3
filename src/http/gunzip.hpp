// A gzip stream (RFC 1952) to text, a portion at a time, on zlib.
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

    // `size_bytes_max` is that of the text. An empty stream is an empty text.
    Gunzip(std::string encoded, std::size_t size_bytes_max);

    // Appends the next `portion_bytes` of the text, or those that as many of the stream give, or
    // what is left of it.
    State decode(std::string& text, std::size_t portion_bytes);

    // Of the stream.
    std::size_t read_bytes() const;

    // The stream, whole, and nothing else afterwards.
    std::string release() { return std::move(encoded_); }

private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };

    State run();

    std::string encoded_;
    const std::size_t size_bytes_max_;
    std::unique_ptr<z_stream_s, End> stream_;
    bool is_between_members_ = true;  // where the stream may end
};

}  // namespace pivot::http
