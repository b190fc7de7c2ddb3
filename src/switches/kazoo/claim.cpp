#include "switches/kazoo/claim.hpp"

#include "base/json.hpp"

namespace pivot::switches::kazoo {

namespace {

std::string_view text(json::Value message, std::string_view name)
{
    const auto found = message.find(name);
    return found && found->is_string() ? found->text() : std::string_view();
}

}  // namespace

std::optional<Claim> Claim::read(std::string_view body)
{
    json::Document document;
    const auto message = document.read(body);
    if (!message || !message->is_object()) return std::nullopt;
    if (text(*message, "Event-Category") != "pivot") return std::nullopt;
    const std::string_view name = text(*message, "Event-Name");
    if (name != "claim" && name != "taken") return std::nullopt;
    Claim claim;
    claim.message_id = text(*message, "Msg-ID");
    claim.request_id = text(*message, "Request-ID");
    claim.call_id = text(*message, "Call-ID");
    claim.is_answer = name == "taken";
    claim.was_delivered_again = text(*message, "Redelivered") == "true";
    return claim;
}

}  // namespace pivot::switches::kazoo
