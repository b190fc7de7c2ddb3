#include "execute/modules/endpoints.hpp"

#include "execute/modules/caller_id.hpp"
#include "execute/modules/dial_outcome.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// Groups may contain each other.
constexpr unsigned groups_depth_max = 8;

constexpr unsigned default_weight = 20;

// A device, with the times and the weight of the member that it comes from.
struct Endpoint {
    const Device* device;
    std::string_view id;
    seconds delay;
    seconds timeout;
    unsigned weight;
};

bool is_same(const Endpoint& a, const Endpoint& b)
{
    return a.id == b.id && a.delay == b.delay && a.timeout == b.timeout;
}

// Members without a weight come last.
std::vector<Member> by_weight(const std::vector<Member>& members)
{
    const auto place = [](const Member& member) { return member.weight - 1; };
    std::vector<Member> sorted;
    for (const Member& member : members) {
        sorted.insert(std::ranges::upper_bound(sorted, place(member), {}, place), member);
    }
    return sorted;
}

class Endpoints {
public:
    Endpoints(const Work& work, const RingPlan& plan) : work_(work), plan_(plan) {}

    std::vector<Endpoint> find()
    {
        add(plan_.members, groups_depth_max);
        return std::move(found_);
    }

private:
    void add(const std::vector<Member>& members, unsigned depth)
    {
        for (const Member& member : members) add(member, depth);
    }

    void add(const Member& member, unsigned depth)
    {
        switch (member.kind) {
            case Member::Kind::device: add_device(member.id, member); break;
            case Member::Kind::user: add_user(member); break;
            case Member::Kind::group: add_group(member, depth); break;
        }
    }

    void add_user(const Member& member)
    {
        const Directory* const directory = work_.call.config().directory;
        if (directory == nullptr) return;
        for (const std::string_view id : directory->devices_of(member.id)) add_device(id, member);
    }

    void add_group(const Member& member, unsigned depth)
    {
        const Group* const group = look_up(work_, &Directory::group, member.id);
        if (group == nullptr) {
            work_.warn(fmt::format("there is no group \"{}\" in the directory", member.id));
            return;
        }
        if (depth == 0) return;
        if (plan_.strategy == Strategy::single) {
            add(by_weight(group->members), depth - 1);
        } else {
            add(group->members, depth - 1);
        }
    }

    void add_device(std::string_view id, const Member& member)
    {
        const Device* const device = look_up(work_, &Directory::device, id);
        if (device == nullptr) {
            work_.warn(fmt::format("there is no device \"{}\" in the directory", id));
            return;
        }
        if (!device->is_enabled || !device->is_disturbable || is_callers_own(id, *device)) return;
        const unsigned weight =
            member.weight == 0 ? default_weight : std::clamp(member.weight, 1U, 100U);
        const Endpoint endpoint{device, id, member.delay, member.timeout, weight};
        const auto same = [&](const Endpoint& other) { return is_same(endpoint, other); };
        if (std::ranges::none_of(found_, same)) found_.push_back(endpoint);
    }

    bool is_callers_own(std::string_view id, const Device& device) const
    {
        if (plan_.can_call_self) return false;
        const Call& call = work_.call.session().call();
        if (id == call.authorizing_id) return true;
        return !device.owner.empty() &&
               std::ranges::find(call.owner_ids, device.owner) != call.owner_ids.end();
    }

    const Work& work_;
    const RingPlan& plan_;
    std::vector<Endpoint> found_;
};

// The next number of SplitMix64.
std::uint64_t draw(std::uint64_t& state)
{
    std::uint64_t mixed = state += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
}

// Draws one endpoint after the other; twice the weight is twice the chance.
void shuffle(std::vector<Endpoint>& endpoints, std::uint64_t& state)
{
    for (auto next = endpoints.begin(); next != endpoints.end(); ++next) {
        std::uint64_t sum = 0;
        for (auto each = next; each != endpoints.end(); ++each) sum += each->weight;
        std::uint64_t lot = draw(state) % sum;
        auto drawn = next;
        while (lot >= drawn->weight) lot -= (drawn++)->weight;
        std::rotate(next, drawn, drawn + 1);
    }
}

// Replaces the user: `alice` in `sip:alice@example.com` and in `user/alice@example.com`.
Address with_user(const Address& address, const UserPart& user)
{
    const std::string& dial = address.text();
    const auto at = dial.find('@');
    if (user.empty() || at == dial.npos) return address;
    const auto before = dial.find_last_of(":/", at);
    const std::size_t begin = before == dial.npos ? 0 : before + 1;
    std::string other = dial.substr(0, begin) + user.text() + dial.substr(at);
    if (address.kind() == Address::Kind::sip) return Address(SipUri::of(other));
    return Address(DialString::of_operator(std::move(other)));
}

// Leaves out devices that are disabled, not to be disturbed, or the caller's own. Weighted
// endpoints are drawn anew each time. Without targets there is nobody to call.
Dial dial_of(const Work& work, const RingPlan& plan)
{
    std::vector<Endpoint> endpoints = Endpoints(work, plan).find();
    if (plan.strategy == Strategy::weighted_random) shuffle(endpoints, work.memory.random);
    Dial dial;
    for (const Endpoint& endpoint : endpoints) {
        Target target;
        target.leg = work.call.next_leg();
        target.address = with_user(endpoint.device->address, plan.invite_user);
        target.delay = endpoint.delay;
        target.timeout = endpoint.timeout;
        target.username = endpoint.device->username;
        target.password = endpoint.device->password;
        target.headers = endpoint.device->headers;
        target.headers.insert(target.headers.end(), plan.headers.begin(), plan.headers.end());
        dial.targets.push_back(std::move(target));
    }
    dial.is_sequential = plan.strategy != Strategy::simultaneous;
    dial.timeout = plan.timeout;
    dial.ringback = plan.ringback;
    dial.ignores_early_media = plan.ignores_early_media;
    show_caller_id(work, dial);
    if (plan.hides_caller) {
        dial.caller_id_name = DisplayName::of("anonymous");
        dial.caller_id_number = CallerNumber::of("anonymous");
    }
    return dial;
}

}  // namespace

Task<ModuleEnd> call_endpoints(Work work, RingPlan plan, Deadline& deadline)
{
    if (plan.answers_first) co_await work.call.answer(deadline);
    Cause cause;
    for (unsigned count = 0; count < plan.repeats && !work.call.must_stop(); ++count) {
        Dial dial = dial_of(work, plan);
        if (dial.targets.empty()) co_return give_up(work, "there is nobody to call");
        const jobs::RingResult result = co_await jobs::ring(work.call, std::move(dial), deadline);
        switch (result.kind) {
            case jobs::RingResult::Kind::over: co_return over();
            case jobs::RingResult::Kind::answered:
                co_return co_await talk_to(work, result.leg, deadline);
            case jobs::RingResult::Kind::failed: break;
        }
        cause = result.cause;
        auto end = branch_for(work, result);
        if (end) co_return std::move(*end);
    }
    co_return go_on_because(cause.name.empty() ? unspecified : cause.name);
}

}  // namespace pivot::execute::modules
