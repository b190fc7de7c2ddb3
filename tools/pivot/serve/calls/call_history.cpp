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
    std::string line = exchange::redact(text);
    if (line.size() > CallHistory::line_bytes_max) line.resize(CallHistory::line_bytes_max);
    return line;
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
    if (!by_id_.contains(call_id)) return call_id;
    std::string free = call_id;
    for (unsigned count = 2; by_id_.contains(free); ++count) {
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
    CallLine line{unix_ms, level, line_of(text)};
    const std::scoped_lock lock(mutex_);
    const auto ended = ended_.find_channel(switch_id);
    if (const auto last = last_in_flight_of_channel(switch_id)) {
        const bool is_last = !ended || ended_.began_unix_ms(*ended) < (*last)->began_unix_ms;
        if (is_last) {
            add_line(**last, std::move(line));
            return (*last)->facts.id;
        }
    }
    if (!ended) return std::nullopt;
    KnownCall call = ended_.call(*ended);
    add_line(call, std::move(line));
    ended_.replace(*ended, call);
    return call.facts.id;
}

bool CallHistory::knows_channel(std::string_view switch_id) const
{
    const std::scoped_lock lock(mutex_);
    return last_in_flight_of_channel(switch_id) || ended_.find_channel(switch_id);
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
    const auto [first, last] = by_id_.equal_range(id);
    for (auto place = first; place != last; ++place) {
        const KnownCall& call = *place->second;
        const bool is_its_own = call.facts.id == id && call.facts.account_id == account_id;
        if (is_its_own) return without_lines(call);
    }
    return ended_.find(id, account_id);
}

std::vector<KnownCall> CallHistory::find(std::string_view key, std::size_t calls_max) const
{
    const std::scoped_lock lock(mutex_);
    const bool is_whole = by_id_.contains(key) || ended_.has(key);
    if (!is_whole && key.size() < prefix_bytes_min) return {};
    const std::string again = std::string(key) + '~';
    const auto is_meant = [&](std::string_view id) {
        return is_whole ? id == key || id.starts_with(again) : id.starts_with(key);
    };
    std::vector<KnownCall> found;
    for (const KnownCall& call : in_flight_) {
        if (found.size() == calls_max) return found;
        if (is_meant(call.facts.id) || is_meant(call.facts.switch_id)) found.push_back(call);
    }
    for (std::size_t ago = 0; ago < ended_.size() && found.size() < calls_max; ++ago) {
        if (is_meant(ended_.id(ago)) || is_meant(ended_.switch_id(ago))) {
            found.push_back(ended_.call(ago));
        }
    }
    return found;
}

std::vector<KnownCall> CallHistory::in_flight(std::size_t calls_max) const
{
    const std::scoped_lock lock(mutex_);
    std::vector<KnownCall> listed;
    for (const KnownCall& call : in_flight_) {
        if (listed.size() == calls_max) break;
        listed.push_back(without_lines(call));
    }
    return listed;
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
    std::vector<KnownCall> listed;
    for (std::size_t ago = 0; ago < std::min(ended_.size(), calls_max); ++ago) {
        listed.push_back(without_lines(ended_.call(ago)));
    }
    return listed;
}

std::map<std::string, std::size_t> CallHistory::calls_by_front() const
{
    const std::scoped_lock lock(mutex_);
    return by_front_;
}

void CallHistory::add(CallFacts facts, std::int64_t unix_ms, std::int64_t row)
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
}

KnownCall CallHistory::retire(Calls::iterator call, std::int64_t unix_ms)
{
    call->ended_unix_ms = unix_ms;
    call->ticket = {};
    --by_front_[call->facts.front];
    ended_.add(*call);
    forget(call->facts.id, call);
    forget(call->facts.switch_id, call);
    KnownCall ended = std::move(*call);
    in_flight_.erase(call);
    ended.lines.clear();
    ended.lines_left_out = 0;
    ended.mistakes = 0;
    return ended;
}

void CallHistory::forget(std::string_view id, Calls::iterator call)
{
    const auto [first, last] = by_id_.equal_range(id);
    const auto place =
        std::find_if(first, last, [&](const auto& entry) { return entry.second == call; });
    if (place != last) by_id_.erase(place);
}

// Two calls may have the same id of their switch.
std::optional<CallHistory::Calls::iterator> CallHistory::find_in_flight(std::string_view id) const
{
    const auto place = by_id_.find(id);
    if (place == by_id_.end()) return std::nullopt;
    return place->second;
}

// The dialplan may hand a channel over more than once.
std::optional<CallHistory::Calls::iterator> CallHistory::last_in_flight_of_channel(
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
