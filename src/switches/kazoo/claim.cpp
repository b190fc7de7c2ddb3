#include "switches/kazoo/claim.hpp"

#include "base/json.hpp"
#include "switches/member_text.hpp"

namespace pivot::switches::kazoo {

std::optional<Claim> Claim::read(std::string_view body)
{
    json::Document document;
    const auto message = document.read(body);
    if (!message || !message->is_object()) return std::nullopt;
    if (member_text(*message, "Event-Category") != "pivot") return std::nullopt;
    const std::string_view name = member_text(*message, "Event-Name");
    if (name != "claim" && name != "taken") return std::nullopt;
    Claim claim;
    claim.message_id = member_text(*message, "Msg-ID");
    claim.request_id = member_text(*message, "Request-ID");
    claim.call_id = member_text(*message, "Call-ID");
    claim.is_answer = name == "taken";
    claim.was_delivered_again = member_text(*message, "Redelivered") == "true";
    return claim;
}

}  // namespace pivot::switches::kazoo
