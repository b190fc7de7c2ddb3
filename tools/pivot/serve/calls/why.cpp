#include "pivot/serve/calls/why.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

struct Advice {
    Reason reason;
    std::string_view text;
};

constexpr std::array advices = {
    Advice{Reason::bad_action, "correct the action: `pivot check` finds the same mistakes"},
    Advice{Reason::blocked,
           "if the URL is right, add its address to policy.allow; nothing admits an address at "
           "which Pivot or its switch listens"},
    Advice{Reason::dns, "check the name, and whether the servers of dns.servers know it"},
    Advice{Reason::connect, "check that the web server runs, and that no firewall is in the way"},
    Advice{Reason::tls,
           "fix the server's certificate, or name its authority in tls.ca_file; if the server has "
           "no TLS at this port, use http"},
    Advice{Reason::timeout,
           "answer sooner, or give the action a longer req_timeout_ms; if there was no connection "
           "or no TLS yet, check host, port and https, and that no firewall is in the way"},
    Advice{Reason::closed,
           "look into the web server's log: the server closed the connection; if it speaks TLS at "
           "this port, use https"},
    Advice{Reason::protocol,
           "check what listens at this port, a proxy perhaps: HTTP/1.1 does not allow this answer"},
    Advice{Reason::too_large,
           "send a smaller answer, or raise http.body_bytes_max, or http.head_bytes_max for "
           "headers"},
    Advice{Reason::redirect,
           "let the URL answer itself, and let no documents lead to each other without end; "
           "http.redirects_max and session.iterations_max are the limits"},
    Advice{Reason::status, "look into the web server's log"},
    Advice{Reason::content_type, "answer with application/json or text/xml, and with a document"},
    Advice{Reason::invalid_json,
           "answer with JSON or TwiML: `pivot check` says where it is wrong, and `pivot debug` "
           "shows what was sent if the action has \"debug\": true"},
    Advice{Reason::invalid_callflow,
           "correct the callflow: `pivot check` says where it is wrong, and `pivot debug` shows "
           "what was sent if the action has \"debug\": true"},
    Advice{Reason::invalid_twiml,
           "answer with TwiML: `pivot check` says where it is wrong, and `pivot debug` shows what "
           "was sent if the action has \"debug\": true"},
    Advice{Reason::overload, "raise the limit that the message names, or send fewer calls"},
};

std::string duration_of(std::int64_t ms)
{
    if (ms < 10'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1'000);
    if (ms < 120'000) return fmt::format("{} s", ms / 1'000);
    return fmt::format("{} min", ms / 60'000);
}

std::string counted(std::size_t count, std::string_view noun)
{
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string how_it_ended(const KnownCall& call)
{
    const SessionEnd& end = call.end;
    const std::string lasted = duration_of(*call.ended_unix_ms - call.began_unix_ms);
    const bool was_hung_up = !end.cause.name.empty();
    std::string text = end.has_moved ? "went elsewhere" : "ended";
    if (!was_hung_up && !end.has_moved) text = "went back to its switch";
    text += fmt::format(" after {}", lasted);
    if (!was_hung_up) return text;  // it may be answered yet
    if (!end.was_answered) text += ", unanswered";
    return text + fmt::format(", with {}", end.cause.name);
}

// The first warning is in the sentence itself: often it is why somebody asks.
std::string what_was_warned(const KnownCall& call)
{
    const auto is_warning = [](const CallLine& line) { return line.level <= LogLevel::warning; };
    const auto first = std::ranges::find_if(call.lines, is_warning);
    if (first == call.lines.end()) return {};
    const auto more = std::count_if(first + 1, call.lines.end(), is_warning);
    std::string text = fmt::format("; warning: {}", first->text);
    if (more > 0) {
        text += fmt::format("; {} below", counted(static_cast<std::size_t>(more), "more warning"));
    }
    return text;
}

}  // namespace

std::string what_happened(const KnownCall& call, std::int64_t now_unix_ms)
{
    if (!call.refusal.empty()) return fmt::format("it was refused: {}", call.refusal);
    if (!call.ended_unix_ms) {
        return fmt::format("it has been {} for {}", call.facts.is_ringing ? "ringing" : "in flight",
                           duration_of(now_unix_ms - call.began_unix_ms));
    }
    const SessionEnd& end = call.end;
    if (call.facts.is_ringing) {
        return fmt::format("nobody answered: it ended after {}, with {}",
                           duration_of(*call.ended_unix_ms - call.began_unix_ms), end.cause.name);
    }
    if (end.failure == CallHistory::lost) {
        const std::string lasted = duration_of(*call.ended_unix_ms - call.began_unix_ms);
        return fmt::format("it was {}; that was noticed {} after its beginning{}", end.failure,
                           lasted, what_was_warned(call));
    }
    if (!end.failure.empty()) {
        if (end.failure.starts_with(name(Reason::cancelled))) {
            return fmt::format("it was given up: {}; it {}", end.failure, how_it_ended(call));
        }
        const std::string_view then =
            end.branch.empty() ? "the branch _ was taken" : "there was no branch _ to go on with";
        return fmt::format("its web server failed: {}; {}; it {}", end.failure, then,
                           how_it_ended(call));
    }
    const std::string warned = what_was_warned(call);
    const bool is_known = !call.lines.empty();  // the store keeps no lines
    std::string text = fmt::format(
        "{}: {} performed, and it {}",
        is_known && warned.empty() ? "nothing failed" : "its web server did not fail",
        counted(static_cast<std::size_t>(end.iterations), "answer"), how_it_ended(call));
    if (call.mistakes > 0) {
        text += fmt::format("; {} of its web server below", counted(call.mistakes, "mistake"));
    }
    return text + warned;
}

std::string_view what_to_do(const KnownCall& call)
{
    if (call.refusal.starts_with("no action")) {
        return "name one in the dialplan, in [numbers] or as default";
    }
    if (call.refusal.empty() && call.end.failure.empty() && call.mistakes > 0) {
        return "correct the document: `pivot check` finds the same mistakes";
    }
    const std::string_view failure = call.refusal.empty() ? call.end.failure : call.refusal;
    if (failure == CallHistory::lost) {
        return "find out what ended that process: the end of its log, or `journalctl -u pivot`";
    }
    const std::string_view reason = failure.substr(0, failure.find(':'));
    const auto advice = std::ranges::find_if(
        advices, [&](const Advice& known) { return name(known.reason) == reason; });
    return advice == advices.end() ? std::string_view() : advice->text;
}

std::string_view advice_on(Reason reason)
{
    const auto* const advice = std::ranges::find(advices, reason, &Advice::reason);
    return advice == advices.end() ? std::string_view() : advice->text;
}

}  // namespace pivot::tools
