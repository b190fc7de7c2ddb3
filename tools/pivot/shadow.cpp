#include "pivot/shadow.hpp"

#include "base/json.hpp"
#include "http/status.hpp"
#include "pivot/admin_client.hpp"
#include "pivot/admin_fields.hpp"
#include "pivot/output.hpp"
#include "pivot/record_text.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using json::Value;

constexpr std::string_view command = "pivot shadow";

std::vector<Value> elements_of(Value object, std::string_view name)
{
    std::vector<Value> elements;
    const auto found = object.find(name);
    if (!found || !found->is_array()) return elements;
    for (const Value element : found->elements()) elements.push_back(element);
    return elements;
}

std::int64_t requests_of(Value shadow, std::string_view verdict)
{
    const auto found = shadow.find("requests");
    return found ? number_of(*found, verdict) : 0;
}

// `kazoo-main, since 2026-11-30 08:00:12.034Z: 1042 requests: 1030 ok, 2 changed, 10 refused`
std::string summary_of(Value shadow)
{
    const std::int64_t ok = requests_of(shadow, "ok");
    const std::int64_t changed = requests_of(shadow, "changed");
    const std::int64_t refused = requests_of(shadow, "refused");
    const std::int64_t unjudged = requests_of(shadow, "unjudged");
    std::string text = fmt::format("{} ({}), since {}: {} requests: {} ok, {} changed, {} refused",
                                   text_of(shadow, "name"), text_of(shadow, "mode"),
                                   time_of(number_of(shadow, "since_unix_ms")),
                                   ok + changed + refused + unjudged, ok, changed, refused);
    if (unjudged > 0) text += fmt::format(", {} not judged", unjudged);
    text += '\n';
    if (!is_true(shadow, "ready")) text += text_of(shadow, "message") + '\n';
    return text;
}

constexpr std::string_view heading = "VERDICT   REQUESTS  ACCOUNT                           URL\n";

std::string lines_of_row(Value row)
{
    std::string text =
        fmt::format("{:<9} {:>8}  {:<32}  {}\n", text_of(row, "verdict"),
                    number_of(row, "requests"), text_of(row, "account_id"), text_of(row, "url"));
    if (const std::string why = text_of(row, "why"); !why.empty()) {
        text += fmt::format("  why:        {}: {}\n", text_of(row, "reason"), why);
    }
    if (const std::string todo = text_of(row, "todo"); !todo.empty()) {
        text += fmt::format("  what to do: {}\n", todo);
    }
    text += fmt::format("  last call:  {}, {}\n", text_of(row, "call_id"),
                        time_of(number_of(row, "at_unix_ms")));
    return text;
}

std::string describe(Value shadow, bool shows_all)
{
    std::string text = summary_of(shadow);
    std::string rows;
    for (const Value row : elements_of(shadow, "rows")) {
        if (shows_all || text_of(row, "verdict") != "ok") rows += lines_of_row(row);
    }
    if (!rows.empty()) text += fmt::format("\n{}{}", heading, rows);
    if (const std::int64_t more = number_of(shadow, "without_row"); more > 0) {
        text += fmt::format("\n{} more requests did not fit into this list\n", more);
    }
    return text;
}

}  // namespace

int shadow(const ShadowOptions& options)
{
    const auto answer = ask_admin(options.socket, "/shadow");
    if (!answer) return refuse(command, answer.error());
    json::Document document;
    const auto shown = document.read(answer->body);
    if (!shown || answer->status != http::status::ok) {
        return refuse(command, describe_unexpected(options.socket, *answer));
    }
    const std::vector<Value> shadows = elements_of(*shown, "shadows");
    if (shadows.empty()) {
        return refuse(command, "it watches nothing: set shadow in a [[kazoo]]");
    }
    std::string text;
    bool has_refused = false;
    for (const Value each : shadows) {
        if (!text.empty()) text += '\n';
        text += describe(each, options.shows_all);
        has_refused = has_refused || requests_of(each, "refused") > 0;
    }
    const int printed = print(command, options.as_json ? answer->body + '\n' : text);
    if (printed != exit_good) return printed;
    return has_refused ? exit_bad : exit_good;
}

}  // namespace pivot::tools
