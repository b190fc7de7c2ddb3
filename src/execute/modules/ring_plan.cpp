#include "execute/modules/ring_plan.hpp"

#include "execute/modules/media_names.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/sip_headers.hpp"

#include <algorithm>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t timeout_s = 20;

// KAZOO counts seconds since the year 0.
constexpr std::int64_t unix_epoch_s = 62'167'219'200;

seconds seconds_of(json::Value data, std::string_view name, std::int64_t preset)
{
    return std::chrono::duration_cast<seconds>(time(data, name, seconds(1), preset));
}

// The default of the schema is 0, which stands for the usual time.
seconds timeout_of(json::Value data)
{
    const seconds timeout = seconds_of(data, "timeout", timeout_s);
    return timeout == seconds(0) ? seconds(timeout_s) : timeout;
}

// An internal call comes from a device of the account.
void add_ringtone(RingPlan& plan, const Work& work, json::Value data)
{
    const auto ringtones = data.find("ringtones");
    if (!ringtones) return;
    const bool is_internal = !work.call.session().call().authorizing_id.empty();
    const std::string_view tone = text(*ringtones, is_internal ? "internal" : "external");
    if (!tone.empty()) add_header(work, plan.headers, "Alert-Info", tone);
}

unsigned repeats_of(json::Value data)
{
    constexpr std::int64_t repeats_max = 100;
    return static_cast<unsigned>(
        std::clamp(number(data, "repeats", 1), std::int64_t{1}, repeats_max));
}

bool is_disabled(const Work& work, json::Value endpoint)
{
    const auto until = number(endpoint, "disable_until", 0);
    return until > unix_epoch_s + work.call.unix_now_ms() / 1'000;
}

std::vector<Member> members_of(const Work& work, json::Value endpoints)
{
    std::vector<Member> members;
    if (!endpoints.is_array()) return members;
    for (const auto endpoint : endpoints.elements()) {
        if (is_disabled(work, endpoint)) continue;
        Member& member = members.emplace_back();
        const std::string_view kind = text(endpoint, "endpoint_type");
        if (kind == "user") member.kind = Member::Kind::user;
        if (kind == "group") member.kind = Member::Kind::group;
        // In the schema of `group` endpoints are strings: devices.
        member.id = text(endpoint, "id", endpoint.is_string() ? endpoint.text() : "");
        member.delay = seconds_of(endpoint, "delay", 0);
        member.timeout = timeout_of(endpoint);
        member.weight = static_cast<unsigned>(
            std::clamp(number(endpoint, "weight", 0), std::int64_t{0}, std::int64_t{100}));
    }
    return members;
}

}  // namespace

Strategy strategy_of(std::string_view strategy)
{
    if (strategy == "single") return Strategy::single;
    if (strategy == "weighted_random") return Strategy::weighted_random;
    return Strategy::simultaneous;
}

RingPlan plan_for_one(const Work& work, json::Value data, Member::Kind kind)
{
    RingPlan plan;
    Member& member = plan.members.emplace_back();
    member.kind = kind;
    member.id = text(data, "id");
    member.delay = seconds_of(data, "delay", 0);
    member.timeout = timeout_of(data);
    plan.timeout = member.delay + member.timeout;
    plan.can_call_self = is_true(data, "can_call_self");
    plan.hides_caller = is_true(data, "suppress_clid");
    plan.invite_user = name_in<UserPart>(work, data, "static_invite");
    add_headers(work, plan.headers, data);
    return plan;
}

void call_group(RingPlan& plan, const Work& work, std::string_view id)
{
    Member& member = plan.members.emplace_back();
    member.kind = Member::Kind::group;
    member.id = id;
    const Group* const stored = look_up(work, &Directory::group, id);
    if (stored == nullptr) return;
    if (!stored->strategy.empty()) plan.strategy = strategy_of(stored->strategy);
    if (stored->timeout) plan.timeout = *stored->timeout;
    if (!stored->ringback.empty()) plan.ringback = ringback_named(work, stored->ringback);
}

RingPlan plan_for_many(const Work& work, json::Value data)
{
    RingPlan plan;
    if (const auto endpoints = data.find("endpoints")) plan.members = members_of(work, *endpoints);
    plan.strategy = strategy_of(text(data, "strategy"));
    plan.timeout = timeout_of(data);
    plan.repeats = repeats_of(data);
    plan.ringback = ringback_named(work, text(data, "ringback"));
    plan.ignores_early_media = is_true(data, "ignore_early_media", true);
    add_ringtone(plan, work, data);
    return plan;
}

}  // namespace pivot::execute::modules
