#include "pivot/calls.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/form.hpp"
#include "http/status.hpp"
#include "pivot/admin_client.hpp"
#include "pivot/admin_fields.hpp"
#include "pivot/output.hpp"
#include "pivot/record_text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using json::Value;

std::string duration_of(std::int64_t ms)
{
    const std::int64_t s = ms / 1'000;
    return fmt::format("{}:{:02}:{:02}", s / 3'600, s / 60 % 60, s % 60);
}

std::vector<Value> calls_of(Value root)
{
    std::vector<Value> calls;
    const auto listed = root.find("calls");
    if (!listed || !listed->is_array()) return calls;
    for (const Value call : listed->elements()) calls.push_back(call);
    return calls;
}

std::int64_t lasted_ms(Value call)
{
    const std::int64_t ended = number_of(call, "ended_unix_ms");
    return (ended == 0 ? unix_now_ms() : ended) - number_of(call, "began_unix_ms");
}

std::string outcome_of(Value call)
{
    for (const char* name : {"refusal", "failure", "cause"}) {
        std::string text = text_of(call, name);
        if (!text.empty()) return text;
    }
    return is_true(call, "has_moved") ? "went elsewhere" : "";
}

constexpr std::string_view heading =
    "BEGAN                      LASTED  FROM             TO               CALL\n";

std::string line_of(Value call)
{
    std::string line =
        fmt::format("{} {:>9}  {:<16} {:<16} {}", time_of(number_of(call, "began_unix_ms")),
                    duration_of(lasted_ms(call)), text_of(call, "from"), text_of(call, "called"),
                    text_of(call, "id"));
    if (const std::string outcome = outcome_of(call); !outcome.empty()) line += "  " + outcome;
    return line + '\n';
}

void append_fact(std::string& text, std::string_view name, std::string_view value)
{
    if (!value.empty()) text += fmt::format("  {}: {}\n", name, value);
}

std::string explanation_of(Value call)
{
    std::string text = fmt::format("call {}: {}\n", text_of(call, "id"), text_of(call, "what"));
    append_fact(text, "what to do", text_of(call, "advice"));
    append_fact(text, "began", time_of(number_of(call, "began_unix_ms")));
    append_fact(text, "from", text_of(call, "from"));
    append_fact(text, "to", text_of(call, "called"));
    append_fact(text, "account", text_of(call, "account_id"));
    append_fact(text, "action", text_of(call, "action"));
    append_fact(text, "channel", text_of(call, "switch_id"));
    const auto lines = call.find("lines");
    if (!lines || !lines->is_array()) return text;
    const std::int64_t began = number_of(call, "began_unix_ms");
    for (const Value line : lines->elements()) {
        text += fmt::format(
            "  {:>8.3f} s  {}{}\n", static_cast<double>(number_of(line, "unix_ms") - began) / 1'000,
            text_of(line, "level") == "warning" ? "warning: " : "", text_of(line, "text"));
    }
    if (const auto left_out = number_of(call, "lines_left_out"); left_out > 0) {
        text += fmt::format("  ({} lines in the middle are left out)\n", left_out);
    }
    return text;
}

// Returns why it could not be told; empty: it is hung up, or has ended in the meantime.
std::string hang_up(const std::string& socket, const std::string& id)
{
    http::FormWriter query;
    query.start();
    query.add("id", id);
    const auto answer = ask_admin(socket, fmt::format("/calls?{}", query.text()), "DELETE");
    if (!answer) return answer.error();
    const bool is_done =
        answer->status == http::status::accepted || answer->status == http::status::not_found;
    return is_done ? std::string() : describe_unexpected(socket, *answer);
}

}  // namespace

int list_calls(const CallsOptions& options)
{
    constexpr std::string_view command = "pivot calls";
    const auto answer = ask_admin(options.socket, options.shows_ended ? "/calls?ended" : "/calls");
    if (!answer) return refuse(command, answer.error());
    json::Document document;
    const auto root = document.read(answer->body);
    if (!root || answer->status != http::status::ok) {
        return refuse(command, describe_unexpected(options.socket, *answer));
    }
    const std::int64_t older_ms = std::chrono::milliseconds(options.older_than).count();
    std::string text = options.as_json ? "" : std::string(heading);
    for (const Value call : calls_of(*root)) {
        if (lasted_ms(call) < older_ms) continue;
        if (options.hangs_up) {
            const std::string why = hang_up(options.socket, text_of(call, "id"));
            if (!why.empty()) return refuse(command, why);
        }
        if (options.as_json) {
            json::append_value(text, call);
            text += '\n';
        } else {
            text += line_of(call);
        }
    }
    return print(command, text);
}

int explain_call(const WhyOptions& options)
{
    constexpr std::string_view command = "pivot why";
    http::FormWriter query;
    query.start();
    query.add("id", options.call);
    const auto answer = ask(options.source, fmt::format("/calls?{}", query.text()));
    if (!answer) return refuse(command, answer.error());
    json::Document document;
    const auto root = document.read(answer->body);
    if (!root ||
        (answer->status != http::status::ok && answer->status != http::status::not_found)) {
        return refuse(command, describe_unexpected(options.source.name(), *answer));
    }
    if (answer->status == http::status::not_found) {
        refuse(command, text_of(*root, "error"));
        return exit_bad;
    }
    const std::vector<Value> calls = calls_of(*root);
    if (options.as_json) return print(command, answer->body);
    const bool is_one = std::ranges::all_of(calls, [&](const Value call) {
        return text_of(call, "id") == text_of(calls.front(), "id");
    });
    if (is_one && !calls.empty()) return print(command, explanation_of(calls.front()));
    std::string text(heading);
    for (const Value call : calls) text += line_of(call);
    print(command, text);
    return refuse(command, fmt::format("{} calls have such an id: give more of it", calls.size()));
}

}  // namespace pivot::tools
