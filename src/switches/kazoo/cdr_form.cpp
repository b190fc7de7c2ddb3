#include "switches/kazoo/cdr_form.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/form.hpp"

#include <algorithm>

namespace pivot::switches::kazoo {

namespace {

constexpr std::string_view left_out[] = {
    "AMQP-Broker",
    "AMQP-Broker-Zone",
    "Access-Group",
    "Account-ID",
    "App-Name",
    "App-Version",
    "Call-ID",
    "Custom-Channel-Vars",
    "Defer-Response",
    "Deliver-To-PID",
    "Destination-Server",
    "Event-Category",
    "Event-Name",
    "Geo-Location",
    "Msg-ID",
    "Node",
    "Raw-Headers",
    "Reply-To-PID",
    "Request-From-PID",
    "Server-ID",
    "Server-Queue-ID",
    "System-Log-ID",
};

// KAZOO's names are plain. One that needs escaping could be taken for another.
bool is_plain(std::string_view name)
{
    return std::ranges::all_of(
        name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

}  // namespace

std::string cdr_form(std::string_view event, std::string_view account_id)
{
    json::Document document;
    const auto message = document.read(event);
    if (!message || !message->is_object()) return {};
    http::FormWriter form;
    if (!account_id.empty()) form.add("Account-ID", account_id);
    const auto call_id = message->find("Call-ID");
    if (call_id && call_id->is_string()) form.add("Call-ID", call_id->text());
    for (const auto [name, value] : message->members()) {
        const bool is_told = is_plain(name) && !std::ranges::binary_search(left_out, name);
        if (is_told) form.add(name, value);
    }
    return std::string(form.text());
}

}  // namespace pivot::switches::kazoo
