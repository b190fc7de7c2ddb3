#include "exchange/breaches.hpp"

#include <fmt/format.h>

namespace pivot::exchange {
namespace {

constexpr std::size_t quoted_bytes_max = 64;

// A value as a sentence names it: as it is written where that is short.
std::string spell(json::Value value)
{
    switch (value.kind()) {
        case json::Kind::array:
        case json::Kind::object: return std::string(json::describe(value.kind()));
        case json::Kind::null:
        case json::Kind::boolean:
        case json::Kind::integer:
        case json::Kind::decimal:
        case json::Kind::string: break;
    }
    if (value.text().size() > quoted_bytes_max) {
        return fmt::format("{} of {} bytes", json::describe(value.kind()), value.text().size());
    }
    std::string text;
    json::append_value(text, value);
    return text;
}

}  // namespace

void Breaches::add(std::string at, std::string error)
{
    list_.push_back({std::move(at), std::move(error)});
}

void Breaches::add_mismatch(std::string at, std::string_view expected, json::Value found,
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

std::string pointer(std::string_view base, std::string_view name)
{
    std::string text(base);
    json::append_pointer(text, name);
    return text;
}

}  // namespace pivot::exchange
