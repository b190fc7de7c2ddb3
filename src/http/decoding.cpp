#include "http/decoding.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

tl::unexpected<Failure> fail_body(Reason reason, std::string why)
{
    return fail(reason, Phase::read, std::move(why));
}

}  // namespace

Decoding::Decoding(Response& response, const ResponseLimits& limits)
    : response_(response),
      limits_(limits),
      gunzip_(std::exchange(response.body, {}), limits.body_bytes_max)
{
    assert(response.is_gzip);
    response.is_gzip = false;
}

Result<void> Decoding::decode(std::size_t portion_bytes)
{
    assert(!is_complete_);
    switch (gunzip_.decode(response_.body, portion_bytes)) {
        case Gunzip::State::more: return check_stream();
        case Gunzip::State::complete: break;
        case Gunzip::State::corrupt: return fail_body(Reason::protocol, "the gzip body is corrupt");
        case Gunzip::State::cut_short:
            return fail_body(Reason::protocol, "the gzip body is cut short");
        case Gunzip::State::too_large:
            return fail_body(
                Reason::too_large,
                fmt::format("the body is over the limit of {} bytes", limits_.body_bytes_max));
    }
    if (auto checked = check_stream(); !checked) return checked;
    is_complete_ = true;
    response_.body.reserve(response_.body.size() + body_padding_bytes);
    return {};
}

void Decoding::undo()
{
    response_.body = gunzip_.release();
    response_.is_gzip = true;
}

// Empty blocks or empty members could go on for ever without a limit.
Result<void> Decoding::check_stream() const
{
    if (gunzip_.read_bytes() <= response_.body.size() + limits_.head_bytes_max) return {};
    return fail_body(Reason::too_large,
                     fmt::format("{} bytes of a gzip body are only {} bytes of text",
                                 gunzip_.read_bytes(), response_.body.size()));
}

}  // namespace pivot::http
