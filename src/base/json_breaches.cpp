#include "base/json_breaches.hpp"

#include <fmt/format.h>

namespace pivot::inline base::json {
namespace {

constexpr std::size_t quoted_bytes_max = 64;

// A value in a sentence: as it is written, if that is short.
std::string spell(Value value)
{
    switch (value.kind()) {
        case Kind::array:
        case Kind::object: return std::string(describe(value.kind()));
        case Kind::null:
        case Kind::boolean:
        case Kind::integer:
        case Kind::decimal:
        case Kind::string: break;
    }
    if (value.text().size() > quoted_bytes_max) {
        return fmt::format("{} of {} bytes", describe(value.kind()), value.text().size());
    }
    std::string text;
    append_value(text, value);
    return text;
}

}  // namespace

void Breaches::add(std::string at, std::string error)
{
    list_.push_back({std::move(at), std::move(error)});
}

void Breaches::add_mismatch(std::string at, std::string_view expected, Value found,
                            std::string_view advice)
{
    add(std::move(at), fmt::format("expected {}, found {}{}", expected, spell(found), advice));
}

Failure Breaches::to_failure(Reason reason, Phase phase) &&
{
    std::string message;
    for (const auto& [at, error] : list_) {
        if (!message.empty()) message += "; ";
        if (!at.empty()) message.append(at).append(": ");
        message += error;
    }
    return {reason, phase, std::move(message), std::move(list_)};
}

}  // namespace pivot::inline base::json
