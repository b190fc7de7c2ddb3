// A gzip stream (RFC 1952) to bytes, as it comes, on zlib.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace pivot::http {

class Gunzip {
public:
    enum class Result { good, corrupt, too_large };

    Gunzip();

    // Appends what `bytes` decode to, until `out` would be larger than `size_bytes_max`.
    Result feed(std::string_view bytes, std::string& out, std::size_t size_bytes_max);

    bool has_begun() const;

    // Whether the stream ended where it may end.
    bool is_complete() const { return is_complete_; }

private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };

    std::unique_ptr<z_stream_s, End> stream_;
    bool is_complete_ = false;
};

}  // namespace pivot::http
