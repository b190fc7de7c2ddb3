#include "pivot/serve/calls/call_history.hpp"

#include "exchange/redaction.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// Without secrets.
std::string line_of(std::string_view text)
{
    return exchange::redact(text).substr(0, CallHistory::line_bytes_max);
}

// Keeps the first lines, which say how the call began, and the last, which say how it ended.
void add_line(KnownCall& call, CallLine line)
{
    constexpr std::size_t first_lines = CallHistory::lines_max / 2;
    if (call.lines.size() == CallHistory::lines_max) {
        call.lines.erase(call.lines.begin() + first_lines);
        ++call.lines_left_out;
    }
    call.lines.push_back(std::move(line));
}

KnownCall without_lines(const KnownCall& call)
{
    return {
        call.facts, call.began_unix_ms, call.ended_unix_ms, call.refusal, call.end, {}, 0, 0, {},
        call.row};
}

std::vector<KnownCall> first_of(const std::list<KnownCall>& calls, std::size_t calls_max)
{
    std::vector<KnownCall> listed;
    for (const KnownCall& call : calls) {
        if (listed.size() == calls_max) break;
        listed.push_back(without_lines(call));
    }
    return listed;
}

}  // namespace

void CallHistory::begin(CallFacts facts, std::int64_t unix_ms, std::int64_t row)
{
    const std::scoped_lock lock(mutex_);
    add(std::move(facts), unix_ms, row);
}

void CallHistory::set_ticket(std::string_view id, Engine::Ticket ticket)
{
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    if (!call) return;
    (*call)->ticket = ticket;
    (*call)->facts.is_ringing = false;
}

std::optional<Engine::Ticket> CallHistory::ticket_of(std::string_view id,
                                                     std::string_view account_id) const
{
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    const bool is_its_own = call && (*call)->facts.account_id == account_id;
    if (!is_its_own || (*call)->ticket.call == nullptr) return std::nullopt;
    return (*call)->ticket;
}

std::string CallHistory::free_id(std::string call_id) const
{
    const std::scoped_lock lock(mutex_);
    std::string free = call_id;
    for (unsigned count = 2; find_in_flight(free); ++count) {
        free = fmt::format("{}~{}", call_id, count);
    }
    return free;
}

bool CallHistory::has_in_flight(std::string_view id, const std::string* account_id) const
{
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    return call && (account_id == nullptr || (*call)->facts.account_id == *account_id);
}

void CallHistory::note(std::string_view id, LogLevel level, std::string_view text,
                       std::int64_t unix_ms)
{
    std::string line = line_of(text);
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    if (call) add_line(**call, {unix_ms, level, std::move(line)});
}

void CallHistory::note_mistake(std::string_view id, std::string_view text, std::int64_t unix_ms)
{
    std::string line = line_of(text);
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    if (!call) return;
    add_line(**call, {unix_ms, LogLevel::debug, std::move(line)});
    ++(*call)->mistakes;
}

std::optional<std::string> CallHistory::note_channel(std::string_view switch_id, LogLevel level,
                                                     std::string_view text, std::int64_t unix_ms)
{
    std::string line = line_of(text);
    const std::scoped_lock lock(mutex_);
    const auto last = last_of_channel(switch_id);
    if (!last) return std::nullopt;
    add_line(**last, {unix_ms, level, std::move(line)});
    return (*last)->facts.id;
}

bool CallHistory::knows_channel(std::string_view switch_id) const
{
    const std::scoped_lock lock(mutex_);
    return last_of_channel(switch_id).has_value();
}

std::optional<KnownCall> CallHistory::refuse(std::string_view id, std::string_view why,
                                             std::int64_t unix_ms)
{
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    if (!call) return std::nullopt;
    (*call)->refusal = why;
    return retire(*call, unix_ms);
}

std::optional<KnownCall> CallHistory::end(std::string_view id, const SessionEnd& end,
                                          std::int64_t unix_ms)
{
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    if (!call) return std::nullopt;
    (*call)->end = end;
    return retire(*call, unix_ms);
}

std::optional<KnownCall> CallHistory::end_unanswered(std::string_view id, const Cause& cause,
                                                     std::string_view refusal, std::int64_t unix_ms)
{
    const std::scoped_lock lock(mutex_);
    const auto call = find_in_flight(id);
    if (!call) return std::nullopt;
    (*call)->end.cause = cause;
    (*call)->refusal = refusal;
    return retire(*call, unix_ms);
}

std::optional<KnownCall> CallHistory::call_of(std::string_view id,
                                              std::string_view account_id) const
{
    const std::scoped_lock lock(mutex_);
    const KnownCall* found = nullptr;
    const auto [first, last] = by_id_.equal_range(id);
    for (auto place = first; place != last; ++place) {
        const KnownCall& call = *place->second;
        const bool is_its_own = call.facts.id == id && call.facts.account_id == account_id;
        if (is_its_own && (found == nullptr || found->ended_unix_ms)) found = &call;
    }
    if (found == nullptr) return std::nullopt;
    return without_lines(*found);
}

std::vector<KnownCall> CallHistory::find(std::string_view key, std::size_t calls_max) const
{
    const std::scoped_lock lock(mutex_);
    const bool is_whole = by_id_.contains(key);
    if (!is_whole && key.size() < prefix_bytes_min) return {};
    const std::string again = std::string(key) + '~';
    const auto is_meant = [&](const std::string& id) {
        return is_whole ? id == key || id.starts_with(again) : id.starts_with(key);
    };
    std::vector<KnownCall> found;
    for (const Calls* const calls : {&in_flight_, &ended_}) {
        for (const KnownCall& call : *calls) {
            if (found.size() == calls_max) return found;
            const CallFacts& facts = call.facts;
            if (is_meant(facts.id) || is_meant(facts.switch_id)) found.push_back(call);
        }
    }
    return found;
}

std::vector<KnownCall> CallHistory::in_flight(std::size_t calls_max) const
{
    const std::scoped_lock lock(mutex_);
    return first_of(in_flight_, calls_max);
}

std::vector<KnownCall> CallHistory::in_flight_of(std::string_view account_id,
                                                 std::size_t calls_max) const
{
    const std::scoped_lock lock(mutex_);
    std::vector<KnownCall> listed;
    for (const KnownCall& call : in_flight_) {
        if (listed.size() == calls_max) break;
        if (call.facts.account_id == account_id) listed.push_back(without_lines(call));
    }
    return listed;
}

std::vector<KnownCall> CallHistory::ended(std::size_t calls_max) const
{
    const std::scoped_lock lock(mutex_);
    return first_of(ended_, calls_max);
}

std::map<std::string, std::size_t> CallHistory::calls_by_front() const
{
    const std::scoped_lock lock(mutex_);
    return by_front_;
}

CallHistory::Calls::iterator CallHistory::add(CallFacts facts, std::int64_t unix_ms,
                                              std::int64_t row)
{
    ++by_front_[facts.front];
    KnownCall& call = in_flight_.emplace_back();
    call.facts = std::move(facts);
    call.began_unix_ms = unix_ms;
    call.row = row;
    const auto place = std::prev(in_flight_.end());
    by_id_.emplace(call.facts.id, place);
    const std::string& other = call.facts.switch_id;
    if (!other.empty() && other != call.facts.id) by_id_.emplace(other, place);
    return place;
}

KnownCall CallHistory::retire(Calls::iterator call, std::int64_t unix_ms)
{
    call->ended_unix_ms = unix_ms;
    --by_front_[call->facts.front];
    ended_.splice(ended_.begin(), in_flight_, call);
    if (ended_.size() > ended_max) forget(std::prev(ended_.end()));
    return without_lines(*call);
}

void CallHistory::forget(Calls::iterator call)
{
    for (const std::string& id : {call->facts.id, call->facts.switch_id}) {
        const auto [first, last] = by_id_.equal_range(id);
        const auto place =
            std::find_if(first, last, [&](const auto& entry) { return entry.second == call; });
        if (place != last) by_id_.erase(place);
    }
    ended_.erase(call);
}

// A new call may have the id of one that has ended.
std::optional<CallHistory::Calls::iterator> CallHistory::find_in_flight(std::string_view id) const
{
    const auto [first, last] = by_id_.equal_range(id);
    const auto place =
        std::find_if(first, last, [](const auto& entry) { return !entry.second->ended_unix_ms; });
    if (place == last) return std::nullopt;
    return place->second;
}

// The dialplan may hand a channel over more than once.
std::optional<CallHistory::Calls::iterator> CallHistory::last_of_channel(
    std::string_view switch_id) const
{
    std::optional<Calls::iterator> last;
    const auto [begin, end] = by_id_.equal_range(switch_id);
    for (auto place = begin; place != end; ++place) {
        const Calls::iterator call = place->second;
        if (call->facts.switch_id != switch_id) continue;
        if (!last || call->began_unix_ms >= (*last)->began_unix_ms) last = call;
    }
    return last;
}

}  // namespace pivot::tools
