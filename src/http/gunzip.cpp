#include "http/gunzip.hpp"

#include <algorithm>
#include <new>
#include <utility>

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

Gunzip::Gunzip(std::string encoded, std::size_t size_bytes_max)
    : encoded_(std::move(encoded)), size_bytes_max_(size_bytes_max), stream_(new z_stream_s{})
{
    if (inflateInit2(stream_.get(), gzip_only) != Z_OK) throw std::bad_alloc();
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(encoded_.data()));
}

std::size_t Gunzip::read_bytes() const
{
    return static_cast<std::size_t>(reinterpret_cast<const char*>(stream_->next_in) -
                                    encoded_.data());
}

Gunzip::State Gunzip::decode(std::string& text, std::size_t portion_bytes)
{
    const std::size_t size_before = text.size();
    // One byte more than allowed, so that a text that is too large is noticed.
    const std::size_t room_bytes = std::min(portion_bytes, size_bytes_max_ + 1 - size_before);
    text.resize(size_before + room_bytes);
    stream_->next_out = reinterpret_cast<Bytef*>(text.data() + size_before);
    stream_->avail_out = static_cast<uInt>(room_bytes);
    stream_->avail_in = static_cast<uInt>(std::min(portion_bytes, encoded_.size() - read_bytes()));
    const State state = run();
    text.resize(text.size() - stream_->avail_out);
    return text.size() > size_bytes_max_ ? State::too_large : state;
}

// Decodes until the output or the input of this portion is used up.
Gunzip::State Gunzip::run()
{
    const auto is_at_end = [this] { return read_bytes() == encoded_.size(); };
    while (stream_->avail_out > 0) {
        if (is_between_members_) {
            if (stream_->avail_in == 0) return is_at_end() ? State::complete : State::more;
            inflateReset(stream_.get());  // RFC 1952, section 2.2
        }
        const int result = inflate(stream_.get(), Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result == Z_BUF_ERROR) return is_at_end() ? State::cut_short : State::more;
        if (result != Z_OK && result != Z_STREAM_END) return State::corrupt;
        is_between_members_ = result == Z_STREAM_END;
    }
    return State::more;
}

}  // namespace pivot::http
