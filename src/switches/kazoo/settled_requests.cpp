#include "switches/kazoo/settled_requests.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace pivot::switches::kazoo {

namespace {

constexpr std::size_t entries_min = 256;

}  // namespace

std::uint64_t SettledRequests::hash_of(std::string_view key)
{
    return std::hash<std::string_view>{}(key);
}

std::size_t SettledRequests::find(std::uint64_t hash) const
{
    const std::size_t mask = entries_.size() - 1;
    std::size_t place = hash & mask;
    while (entries_[place].until != 0 && entries_[place].hash != hash) place = (place + 1) & mask;
    return place;
}

bool SettledRequests::contains(std::string_view key, Nanoseconds now) const
{
    return !entries_.empty() && entries_[find(hash_of(key))].until > now;
}

void SettledRequests::add(std::string_view key, Nanoseconds now)
{
    if (2 * (used_ + 1) > entries_.size()) make_room(now);
    put({hash_of(key), now + kept_ns});
}

void SettledRequests::put(const Entry& entry)
{
    Entry& place = entries_[find(entry.hash)];
    if (place.until == 0) ++used_;
    place = entry;
}

// Drops the entries whose time is over. Half of the room is left for new ones.
void SettledRequests::make_room(Nanoseconds now)
{
    const auto is_kept = [now](const Entry& entry) { return entry.until > now; };
    const auto kept = static_cast<std::size_t>(std::ranges::count_if(entries_, is_kept));
    const std::vector<Entry> before = std::exchange(entries_, {});
    entries_.resize(std::bit_ceil(std::max(4 * kept, entries_min)));
    used_ = 0;
    for (const Entry& entry : before) {
        if (is_kept(entry)) put(entry);
    }
}

}  // namespace pivot::switches::kazoo
