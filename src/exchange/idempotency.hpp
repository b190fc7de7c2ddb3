// The token by which a web server recognises a request that it has seen before, whether it comes
// again because a kept connection was closed, or as a retry.
//
// TwiML has a header of its own for that. Elsewhere it is that of the IETF's draft
// (draft-ietf-httpapi-idempotency-key-header), for POST: a GET does no harm twice.
#pragma once

#include <pivot/action.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::exchange {

// 128 bits: those of a reactor, chosen at random, and a number.
struct IdempotencyToken {
    std::uint64_t reactor = 0;
    std::uint64_t number = 0;

    std::string to_text() const;  // 32 hexadecimal digits
};

// The tokens of one reactor.
class IdempotencyTokens {
public:
    IdempotencyTokens();

    IdempotencyToken next() { return {reactor_, number_++}; }

private:
    const std::uint64_t reactor_;
    std::uint64_t number_ = 0;
};

constexpr bool needs_token(Format format, Method method)
{
    return format == Format::twiml || method == Method::post;
}

constexpr std::string_view idempotency_header(Format format)
{
    return format == Format::twiml ? "I-Twilio-Idempotency-Token" : "Idempotency-Key";
}

// The whole header, with its end.
std::string idempotency_line(Format format, std::string_view token);

// The same of a token of ours, which a pivot writes without the heap.
using IdempotencyLine = fmt::basic_memory_buffer<char, 64>;
void append_line(IdempotencyLine& out, Format format, const IdempotencyToken& token);

}  // namespace pivot::exchange
