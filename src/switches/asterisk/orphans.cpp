#include "switches/asterisk/orphans.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "reactor/scope.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/requests.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/asterisk/wav_file.hpp"
#include "switches/member_text.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;

constexpr Nanoseconds return_ns = 30 * second_ns;
constexpr Nanoseconds fetch_ns = 60 * second_ns;

// Callers who are returned at the same time, so that they need not wait for those whom Asterisk
// does not let go.
constexpr std::size_t at_a_time = 4;

constexpr std::size_t list_bytes_max = std::size_t{16} * 1024 * 1024;

// `2026-11-29T20:00:00.000+0000`; 0 if it is something else.
std::int64_t unix_ms_of(std::string_view time)
{
    constexpr std::size_t fraction_size = 4;  // `.000`
    const std::string text(time);
    std::tm parts{};
    const char* const rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string_view fraction = rest == nullptr ? "" : rest;
    if (fraction.size() < fraction_size || fraction.front() != '.') return 0;
    const auto ms = parse_number<int>(fraction.substr(1, fraction_size - 1));
    std::tm zone{};
    const bool has_zone = ms && ::strptime(rest + fraction_size, "%z", &zone) != nullptr;
    if (!has_zone) return 0;
    return (std::int64_t{::timegm(&parts)} - zone.tm_gmtoff) * 1'000 + *ms;
}

// Returns nothing if Asterisk no longer has the channel, or does not answer.
std::optional<Orphan> orphan_in(const Result<AriAnswer>& answer)
{
    if (!has_succeeded(answer)) return std::nullopt;
    json::Document document(8);
    const auto channel = document.read(answer->body);
    if (!channel) return std::nullopt;
    const ChannelFacts facts = facts_of(*channel);
    Orphan orphan;
    orphan.channel_id = facts.id;
    orphan.call_id = facts.protocol_id.empty() ? facts.id : facts.protocol_id;
    orphan.caller = facts.caller_number;
    orphan.called = facts.extension;
    orphan.account_id = facts.account;
    orphan.began_unix_ms = unix_ms_of(facts.created);
    return orphan;
}

// The names of the recordings in a list of Asterisk's.
std::vector<std::string> names_in(const std::string& json)
{
    std::vector<std::string> names;
    json::Document document(8);
    const auto root = document.read(json);
    if (!root || !root->is_array()) return names;
    for (const json::Value each : root->elements()) names.emplace_back(member_text(each, "name"));
    return names;
}

}  // namespace

Task<> Orphans::remove_bridges(std::vector<std::string> bridges, Deadline& deadline)
{
    for (const std::string& bridge : bridges) {
        const bool is_old =
            bridge.starts_with(Names::prefix) && !switchboard_.names.is_ours(bridge);
        const AriRequest request = delete_request(target_of("bridges", bridge));
        if (is_old) co_await switchboard_.ari.ask(request, deadline);
    }
}

Task<> Orphans::settle(std::vector<std::string> channels, Reactor& reactor)
{
    std::ranges::partition(channels, [](const std::string& id) { return !Names::is_leg(id); });
    Deadline deadline(reactor, reactor.now() + return_ns);
    Texts recordings = co_await claim_recordings(deadline);
    {
        reactor::Scope returning(reactor);
        for (std::size_t i = 0; i < std::min(at_a_time, channels.size()); ++i) {
            returning.spawn(return_next(channels, reactor));
        }
        co_await returning.join();
    }
    for (const std::string& name : recordings) co_await fetch(name, reactor);
}

// Takes them from the end: first the legs.
Task<> Orphans::return_next(Texts& left, Reactor& reactor)
{
    while (!left.empty()) {
        const std::string channel = std::move(left.back());
        left.pop_back();
        co_await return_one(channel, reactor);
    }
}

Task<> Orphans::return_one(const std::string& channel, Reactor& reactor)
{
    if (Names::is_leg(channel)) {
        co_await hang_up(channel, reactor);
        co_return;
    }
    Deadline deadline(reactor, reactor.now() + return_ns);
    const AriRequest request = get_request(target_of("channels", channel));
    const auto answer = co_await ask_persistently(switchboard_.ari, request, deadline);
    if (is_here_(channel)) co_return;
    if (is_unanswered(answer)) {
        switchboard_.attendant.warn(
            "", fmt::format("nobody performs the call of the channel {} any more, and Asterisk "
                            "does not say what it is: it is hung up",
                            printable(channel)));
        co_await hang_up(channel, reactor);
        co_return;
    }
    const auto orphan = orphan_in(answer);
    if (orphan) co_await go_on(*orphan, reactor);
}

Task<> Orphans::go_on(const Orphan& orphan, Reactor& reactor)
{
    const std::string& channel = orphan.channel_id;
    Deadline deadline(reactor, reactor.now() + return_ns);
    co_await stop_playbacks(channel, deadline);
    const AriRequest mark = variable_request(channel, "PIVOTSTATUS", "lost");
    const auto marked = co_await ask_persistently(switchboard_.ari, mark, deadline);
    if (is_here_(channel)) co_return;
    if (is_unanswered(marked)) {
        switchboard_.attendant.met_orphan(
            orphan, "nobody performs this call any more: the caller is hung up");
        co_await hang_up(channel, reactor);
        co_return;
    }
    if (!has_succeeded(marked)) co_return;
    switchboard_.attendant.met_orphan(
        orphan, "nobody performs this call any more: it goes on in the dialplan");
    const AriRequest leave = post_request(target_of("channels", channel, "/continue"));
    const auto left = co_await ask_persistently(switchboard_.ari, leave, deadline);
    if (is_unanswered(left)) co_await hang_up(channel, reactor);
}

// Which of them there are is not known.
Task<> Orphans::stop_playbacks(const std::string& channel, Deadline& deadline)
{
    for (unsigned i = 0; i < Names::playbacks_max; ++i) {
        const AriRequest request =
            delete_request(target_of("playbacks", Names::playback(channel, i)));
        co_await switchboard_.ari.ask(request, deadline);
    }
}

Task<> Orphans::hang_up(const std::string& channel, Reactor& reactor)
{
    Deadline deadline(reactor, reactor.now() + return_ns);
    const AriRequest request = delete_request(target_of("channels", channel));
    co_await ask_persistently(switchboard_.ari, request, deadline);
}

// ---- recordings ---------------------------------------------------------------------------------

// Ends those that Asterisk is still making, and yields all. Asterisk lists both kinds as stored.
Task<Orphans::Texts> Orphans::claim_recordings(Deadline& deadline)
{
    Texts claimed;
    if (switchboard_.settings.recordings_path.empty()) co_return claimed;
    AriRequest request = get_request("recordings/stored");
    request.body_bytes_max = list_bytes_max;
    const auto answer = co_await switchboard_.ari.ask(request, deadline);
    if (!answer) co_return claimed;  // they are looked for over the next connection
    if (!has_succeeded(answer)) {
        switchboard_.attendant.warn(
            "",
            "recordings of lost calls stay in Asterisk: they cannot be listed: " + why_of(answer));
        co_return claimed;
    }
    for (std::string& name : names_in(answer->body)) {
        if (switchboard_.names.claim(name)) claimed.push_back(std::move(name));
    }
    for (const std::string& name : claimed) {
        const AriRequest stop = post_request(target_of("recordings/live", name, "/stop"));
        co_await switchboard_.ari.ask(stop, deadline);
    }
    co_return claimed;
}

Task<> Orphans::fetch(const std::string& name, Reactor& reactor)
{
    Deadline deadline(reactor, reactor.now() + fetch_ns);
    const AriRequest request = recording_request(name);
    auto answer = co_await switchboard_.ari.ask(request, deadline);
    if (has_succeeded(answer)) {
        std::string wav = std::move(answer->body);
        co_await keep(name, std::move(wav), reactor);
    } else if (!is_gone(answer)) {
        switchboard_.attendant.kept_recording(
            Names::read_recording(name).channel,
            fmt::format("the recording of this call stays in Asterisk as {}: {}", printable(name),
                        why_of(answer)));
    }
    switchboard_.names.drop(name);
}

Task<> Orphans::keep(const std::string& name, std::string wav, Reactor& reactor)
{
    const RecordingName read = Names::read_recording(name);
    const std::string path =
        fmt::format("{}/{}.wav", switchboard_.settings.recordings_path, read.file_id);
    std::string error;
    if (length_of(wav).count() > 0) {
        set_lengths(wav);
        auto written = co_await write_file(path, wav, reactor);
        error = std::move(written);
        switchboard_.attendant.kept_recording(
            read.channel,
            error.empty() ? fmt::format("the recording of this call is kept: {}", path) : error);
    }
    if (!error.empty()) co_return;
    Deadline deadline(reactor, reactor.now() + Requests::timeout_ns);
    const AriRequest removal = delete_request(target_of("recordings/stored", name));
    co_await switchboard_.ari.ask(removal, deadline);
}

}  // namespace pivot::switches::asterisk
