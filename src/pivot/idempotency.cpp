#include "pivot/idempotency.hpp"

#include <random>

#include <fmt/format.h>

namespace pivot {

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

}  // namespace pivot
