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
    Advice{Reason::blocked, "policy.allow has to name the address, unless it is the wrong one"},
    Advice{Reason::dns,
           "see whether the name is right, and whether the servers of dns.servers "
           "know it"},
    Advice{Reason::connect, "see whether the web server runs, and whether a firewall is between"},
    Advice{Reason::tls,
           "see to the server's certificate, or name its authority in tls.ca_file; if the server "
           "speaks no TLS at this port, ask it by http"},
    Advice{Reason::timeout, "answer sooner, or give the action a longer req_timeout_ms"},
    Advice{Reason::closed, "look into the web server's log: it has closed the connection itself"},
    Advice{Reason::protocol, "see what answers at this port: it does not speak HTTP/1.1"},
    Advice{Reason::too_large, "answer with less, or raise http.body_bytes_max"},
    Advice{Reason::redirect,
           "let the URL answer by itself, and no document lead back to itself at once"},
    Advice{Reason::status, "look into the web server's log"},
    Advice{Reason::content_type, "answer with application/json or text/xml, and with a document"},
    Advice{Reason::invalid_json, "answer with JSON or TwiML: `pivot check` says where it is wrong"},
    Advice{Reason::invalid_callflow, "correct the callflow: `pivot check` says where it is wrong"},
    Advice{Reason::invalid_twiml, "answer with TwiML: `pivot check` says where it is wrong"},
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

std::size_t warnings_of(const KnownCall& call)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        call.lines, [](const CallLine& line) { return line.level <= LogLevel::warning; }));
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
    if (!end.failure.empty()) {
        if (end.failure.starts_with(name(Reason::cancelled))) {
            return fmt::format("it was given up: {}; it {}", end.failure, how_it_ended(call));
        }
        const std::string_view then =
            end.branch.empty() ? "the branch _ was taken" : "there was no branch _ to go on with";
        return fmt::format("its web server failed: {}; {}; it {}", end.failure, then,
                           how_it_ended(call));
    }
    std::string text = fmt::format("nothing failed: {} performed, and it {}",
                                   counted(static_cast<std::size_t>(end.iterations), "answer"),
                                   how_it_ended(call));
    if (call.mistakes > 0) {
        text += fmt::format("; {} of its web server below", counted(call.mistakes, "mistake"));
    }
    if (const std::size_t warnings = warnings_of(call); warnings > 0) {
        text += fmt::format("; {} below", counted(warnings, "warning"));
    }
    return text;
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
