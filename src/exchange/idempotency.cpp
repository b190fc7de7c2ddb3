#include "exchange/idempotency.hpp"

#include <iterator>
#include <random>

namespace pivot::exchange {

namespace {

std::uint64_t random_number()
{
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

}  // namespace

IdempotencyTokens::IdempotencyTokens() : reactor_(random_number()) {}

std::string IdempotencyToken::to_text() const
{
    return fmt::format("{:016x}{:016x}", reactor, number);
}

std::string idempotency_line(Format format, std::string_view token)
{
    return fmt::format("{}: {}\r\n", idempotency_header(format), token);
}

void append_line(IdempotencyLine& out, Format format, const IdempotencyToken& token)
{
    fmt::format_to(std::back_inserter(out), "{}: {:016x}{:016x}\r\n", idempotency_header(format),
                   token.reactor, token.number);
}

}  // namespace pivot::exchange
