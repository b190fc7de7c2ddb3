#include "pivot/record_text.hpp"

#include "base/harmless.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "session/debug_record.hpp"

#include <pivot/failure.hpp>

#include <ctime>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace pivot::tools {

namespace {

using json::Value;

std::string_view text_of(Value object, std::string_view name)
{
    const auto value = object.find(name);
    return value ? value->text() : std::string_view();
}

std::int64_t number_of(Value object, std::string_view name)
{
    const auto value = object.find(name);
    return value ? value->integer().value_or(0) : 0;
}

std::vector<Value> elements_of(Value object, std::string_view name)
{
    std::vector<Value> elements;
    const auto list = object.find(name);
    if (!list || !list->is_array()) return elements;
    for (const Value element : list->elements()) elements.push_back(element);
    return elements;
}

bool is_exchange(Value record)
{
    return text_of(record, "kind") == name(session::DebugKind::exchange);
}

// ` text/xml`, as the web server wrote it.
std::string content_type_of(Value record)
{
    for (const Value header : elements_of(record, "resp_headers")) {
        if (!equals_ignoring_case(text_of(header, "name"), "content-type")) continue;
        std::string_view value = text_of(header, "value");
        return fmt::format(" {}", trim(take_until(value, ';')));
    }
    return {};
}

// Why a request has no usable answer, and the front of the answer if there is one.
std::string failure_of(Value record)
{
    constexpr std::size_t shown_bytes_max = 200;
    std::string text;
    const std::string_view reason = text_of(record, "reason");
    if (reason == name(Reason::cancelled)) return "; given up: the call was over";
    if (!reason.empty()) text = fmt::format("; {}: {}", reason, text_of(record, "message"));
    const std::string_view body = text_of(record, "resp_body");
    if (body.empty()) return text;
    const std::string_view front = cut_utf8(body, shown_bytes_max);
    return fmt::format("{}; the answer was \"{}{}\"", text, front,
                       front.size() < body.size() ? "…" : "");
}

double in_ms(std::int64_t us)
{
    return static_cast<double>(us) / 1'000;
}

// As the transcripts of `pivot simulate` have it.
std::string_view actor_of(Value record)
{
    const std::string_view kind = text_of(record, "kind");
    if (kind == name(session::DebugKind::cdr)) return "CDR";
    return is_exchange(record) ? "REQUEST" : "CALLBACK";
}

void append_message(std::string& text, char sign, Value record, std::string_view prefix)
{
    const auto add = [&](std::string_view line) {
        text += fmt::format("  {} {}\n", sign, harmless(line));
    };
    for (const Value header : elements_of(record, fmt::format("{}_headers", prefix))) {
        add(fmt::format("{}: {}", text_of(header, "name"), text_of(header, "value")));
    }
    std::string_view body = text_of(record, fmt::format("{}_body", prefix));
    if (!body.empty()) add("");
    while (!body.empty()) add(trim(take_until(body, '\n'), "\r"));
    const bool is_cut = record.find(fmt::format("{}_body_is_cut", prefix)).has_value();
    if (is_cut) {
        add(fmt::format("… of {} bytes", number_of(record, fmt::format("{}_body_bytes", prefix))));
    }
}

std::string timings_of(Value record)
{
    const auto timings = record.find("timings_us");
    if (!timings) return {};
    std::string text = "  took:";
    for (const std::string_view name : {"dns", "connect", "tls", "first_byte", "total"}) {
        text += fmt::format(" {} {:.1f} ms,", name == "first_byte" ? "first byte" : name,
                            in_ms(number_of(*timings, name)));
    }
    text.pop_back();
    const std::string_view address = text_of(record, "address");
    const auto reused = record.find("reused");
    if (!address.empty()) text += fmt::format("; {}", address);
    if (reused && reused->is_true()) text += ", over a kept connection";
    return text + '\n';
}

// `start` begins each line.
std::string lines_of(Value record, std::string_view start, bool has_parameters)
{
    std::string text;
    const std::vector<Value> requests = requests_in(record);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const bool is_last = i + 1 == requests.size();
        const std::string answer =
            is_last ? answer_of(record)
                    : fmt::format("{} redirect", text_of(requests[i], "resp_status_code"));
        std::string_view uri = text_of(requests[i], "uri");
        if (!has_parameters) uri = uri.substr(0, uri.find('?'));
        const std::string line = fmt::format("{}  {:<8} {} {} -> {}", start, actor_of(record),
                                             text_of(requests[i], "method"), uri, answer);
        text += harmless(line) + '\n';
    }
    return text;
}

}  // namespace

std::vector<Value> requests_in(Value record)
{
    std::vector<Value> requests = elements_of(record, "hops");
    if (requests.empty()) requests.push_back(record);
    return requests;
}

bool is_2xx(Value request)
{
    return text_of(request, "resp_status_code").starts_with('2');
}

bool has_failed(Value record)
{
    return is_exchange(record) ? record.find("reason").has_value()
                               : !is_2xx(requests_in(record).back());
}

std::string answer_of(Value record)
{
    std::string text = "no answer";
    if (const auto status = requests_in(record).back().find("resp_status_code")) {
        text = fmt::format("{}{}", status->text(), content_type_of(record));
    }
    if (const auto timings = record.find("timings_us")) {
        text += fmt::format(", {:.0f} ms", in_ms(number_of(*timings, "total")));
    }
    return has_failed(record) ? text + failure_of(record) : text;
}

std::string time_of(std::int64_t unix_ms)
{
    const std::tm time = fmt::gmtime(static_cast<std::time_t>(unix_ms / 1'000));
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}Z", time, unix_ms % 1'000);
}

std::string lines_of(Value record)
{
    return lines_of(record, time_of(number_of(record, "at_unix_ms")), true);
}

std::string lines_in_list(Value record)
{
    const std::string start =
        fmt::format("{}  {}", time_of(number_of(record, "at_unix_ms")), text_of(record, "call_id"));
    return lines_of(record, start, false);
}
std::string details_of(Value record)
{
    std::string text;
    append_message(text, '>', record, "req");
    append_message(text, '<', record, "resp");
    text += timings_of(record);
    for (const Value error : elements_of(record, "errors")) {
        text += fmt::format("  error at \"{}\": {}\n", harmless(text_of(error, "at")),
                            harmless(text_of(error, "error")));
    }
    for (const Value warning : elements_of(record, "warnings")) {
        text += fmt::format("  warning: {}\n", harmless(warning.text()));
    }
    const std::string_view branch = text_of(record, "branch");
    if (!branch.empty()) text += fmt::format("  branch: {}\n", harmless(branch));
    return text;
}

}  // namespace pivot::tools
