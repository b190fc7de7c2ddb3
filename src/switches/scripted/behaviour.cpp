#include "switches/scripted/behaviour.hpp"

#include "base/text.hpp"

#include <pivot/cause.hpp>

#include <algorithm>

namespace pivot::switches::scripted {

namespace {

template <typename T>
void replace(std::optional<T>& part, const std::optional<T>& said)
{
    if (said) part = said;
}

template <typename T>
bool both(const std::optional<T>& part, const std::optional<T>& said)
{
    return part.has_value() && said.has_value();
}

bool is_of_same(const DialBehaviour::Part& a, const DialBehaviour::Part& b)
{
    return a.place == b.place && equals_ignoring_case(a.address, b.address);
}

std::string_view without_client(std::string_view address)
{
    constexpr std::string_view scheme = "client:";
    const bool is_client = equals_ignoring_case(address.substr(0, scheme.size()), scheme);
    return is_client ? address.substr(scheme.size()) : address;
}

}  // namespace

Cause cause_named(std::string_view name)
{
    return Cause{std::string(name), sip_code_of(name).value_or(0)};
}

bool is_address(std::string_view said, std::string_view address)
{
    if (said.find('?') == said.npos) address = address.substr(0, address.find('?'));
    return equals_ignoring_case(without_client(said), without_client(address));
}

bool LegBehaviour::repeats(const LegBehaviour& said) const
{
    return both(ringing, said.ringing) || both(hangs_up_after, said.hangs_up_after) ||
           both(keys, said.keys);
}

void LegBehaviour::add(const LegBehaviour& said)
{
    replace(ringing, said.ringing);
    replace(hangs_up_after, said.hangs_up_after);
    replace(keys, said.keys);
}

bool DialBehaviour::repeats(const DialBehaviour& said) const
{
    return std::ranges::any_of(said.parts, [this](const Part& more) {
        return std::ranges::any_of(parts, [&more](const Part& part) {
            return is_of_same(part, more) && part.leg.repeats(more.leg);
        });
    });
}

void DialBehaviour::add(const DialBehaviour& said)
{
    for (const Part& more : said.parts) {
        const auto same = std::ranges::find_if(
            parts, [&more](const Part& part) { return is_of_same(part, more); });
        if (same == parts.end()) {
            parts.push_back(more);
        } else {
            same->leg.add(more.leg);
        }
    }
}

LegBehaviour DialBehaviour::of(std::string_view address, unsigned place) const
{
    LegBehaviour of_all;
    LegBehaviour of_place;
    LegBehaviour of_address;
    for (const Part& part : parts) {
        if (!part.address.empty()) {
            if (is_address(part.address, address)) of_address.add(part.leg);
        } else if (part.place == 0) {
            of_all.add(part.leg);
        } else if (part.place == place) {
            of_place.add(part.leg);
        }
    }
    of_all.add(of_place);
    of_all.add(of_address);
    return of_all;
}

bool QueueBehaviour::repeats(const QueueBehaviour& said) const
{
    return both(waiting, said.waiting) || both(ends_after, said.ends_after);
}

void QueueBehaviour::add(const QueueBehaviour& said)
{
    replace(waiting, said.waiting);
    replace(ends_after, said.ends_after);
}

bool RoomBehaviour::repeats(const RoomBehaviour& said) const
{
    return both(starts_after, said.starts_after) || both(ends_after, said.ends_after);
}

void RoomBehaviour::add(const RoomBehaviour& said)
{
    replace(starts_after, said.starts_after);
    replace(ends_after, said.ends_after);
}

}  // namespace pivot::switches::scripted
