#include "http/gunzip.hpp"

#include <array>
#include <new>

#include <zlib.h>

namespace pivot::http {

namespace {

constexpr int gzip_only = 16 + MAX_WBITS;

}  // namespace

void Gunzip::End::operator()(z_stream_s* stream) const
{
    inflateEnd(stream);
    delete stream;
}

Gunzip::Gunzip() : stream_(new z_stream_s{})
{
    if (inflateInit2(stream_.get(), gzip_only) != Z_OK) throw std::bad_alloc();
}

Gunzip::Result Gunzip::feed(std::string_view bytes, std::string& out, std::size_t size_bytes_max)
{
    std::array<char, 4096> decoded;
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_->avail_in = static_cast<uInt>(bytes.size());
    do {
        if (is_complete_) {  // another member follows (RFC 1952, section 2.2)
            if (stream_->avail_in == 0) break;
            inflateReset(stream_.get());
            is_complete_ = false;
        }
        stream_->next_out = reinterpret_cast<Bytef*>(decoded.data());
        stream_->avail_out = decoded.size();
        const int result = inflate(stream_.get(), Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return Result::corrupt;
        const std::size_t count = decoded.size() - stream_->avail_out;
        if (out.size() + count > size_bytes_max) return Result::too_large;
        out.append(decoded.data(), count);
        is_complete_ = result == Z_STREAM_END;
    } while (stream_->avail_in > 0 || stream_->avail_out == 0);
    return Result::good;
}

bool Gunzip::has_begun() const
{
    return stream_->total_in > 0;
}

}  // namespace pivot::http
