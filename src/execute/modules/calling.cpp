// device, user, ring_group, group: somebody of the account is called.
#include "execute/dialling.hpp"
#include "execute/modules/data.hpp"
#include "execute/modules/dialled.hpp"
#include "execute/modules/endpoints.hpp"
#include "execute/modules/headers.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/sound.hpp"

#include <utility>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t timeout_s = 20;

// KAZOO counts seconds from year 0.
constexpr std::int64_t unix_epoch_s = 62'167'219'200;

seconds seconds_of(json::Value data, std::string_view name, std::int64_t preset)
{
    return std::chrono::duration_cast<seconds>(time(data, name, seconds(1), preset));
}

// Zero is what the schema says where nobody says anything.
seconds timeout_of(json::Value data)
{
    const seconds timeout = seconds_of(data, "timeout", timeout_s);
    return timeout == seconds(0) ? seconds(timeout_s) : timeout;
}

Strategy strategy_of(std::string_view strategy)
{
    if (strategy == "single") return Strategy::single;
    if (strategy == "weighted_random") return Strategy::weighted_random;
    return Strategy::simultaneous;
}

// From inside, the caller has a device of the account.
void add_ringtone(RingPlan& plan, const Work& work, json::Value data)
{
    const auto ringtones = data.find("ringtones");
    if (!ringtones) return;
    const bool is_internal = !work.call.session().call().authorizing_id.empty();
    const std::string_view tone = text(*ringtones, is_internal ? "internal" : "external");
    if (!tone.empty()) add_header(work, plan.headers, "Alert-Info", tone);
}

Media ringback_of(const Work& work, std::string_view name)
{
    return name.empty() ? Media() : media_named(work, name);
}

unsigned repeats_of(json::Value data)
{
    constexpr std::int64_t repeats_max = 100;
    return static_cast<unsigned>(
        std::clamp(number(data, "repeats", 1), std::int64_t{1}, repeats_max));
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
        // A list of strings, as the schema of `group` has it, is one of devices.
        member.id = text(endpoint, "id", endpoint.is_string() ? endpoint.text() : "");
        member.delay = seconds_of(endpoint, "delay", 0);
        member.timeout = timeout_of(endpoint);
        member.weight = static_cast<unsigned>(
            std::clamp(number(endpoint, "weight", 0), std::int64_t{0}, std::int64_t{100}));
    }
    return members;
}

RingPlan plan_for_many(const Work& work, json::Value data)
{
    RingPlan plan;
    if (const auto endpoints = data.find("endpoints")) plan.members = members_of(work, *endpoints);
    plan.strategy = strategy_of(text(data, "strategy"));
    plan.timeout = timeout_of(data);
    plan.repeats = repeats_of(data);
    plan.ringback = ringback_of(work, text(data, "ringback"));
    plan.ignores_early_media = true;
    add_ringtone(plan, work, data);
    return plan;
}

Task<ModuleEnd> call(Work work, RingPlan plan, Deadline& deadline)
{
    if (plan.answers_first) co_await work.call.answer(deadline);
    Cause cause;
    for (unsigned count = 0; count < plan.repeats && !work.call.must_stop(); ++count) {
        Dial dial = dial_of(work, plan);
        if (dial.targets.empty()) co_return give_up(work, "there is nobody to call");
        const RingResult result = co_await ring(work.call, std::move(dial), deadline);
        switch (result.kind) {
            case RingResult::Kind::over: co_return end_with(ModuleEnd::Kind::over, "");
            case RingResult::Kind::answered: co_return co_await talk_to(work, result.leg, deadline);
            case RingResult::Kind::failed: break;
        }
        cause = result.cause;
        auto end = branch_for(work, cause);
        if (end) co_return std::move(*end);
    }
    co_return go_on_because(cause.name.empty() ? unspecified : cause.name);
}

}  // namespace

Task<ModuleEnd> device(Work work, json::Value data, Deadline& deadline)
{
    return call(work, plan_for_one(work, data, Member::Kind::device), deadline);
}

Task<ModuleEnd> group(Work work, json::Value data, Deadline& deadline)
{
    RingPlan plan = plan_for_many(work, data);
    if (!plan.members.empty()) return call(work, std::move(plan), deadline);
    const std::string_view id = text(data, "id");
    plan.answers_first = true;
    Member& member = plan.members.emplace_back();
    member.kind = Member::Kind::group;
    member.id = id;
    if (const Group* const stored = look_up(work, &Directory::group, id)) {
        if (!stored->strategy.empty()) plan.strategy = strategy_of(stored->strategy);
        if (stored->timeout) plan.timeout = *stored->timeout;
        if (!stored->ringback.empty()) plan.ringback = ringback_of(work, stored->ringback);
    }
    return call(work, std::move(plan), deadline);
}

Task<ModuleEnd> ring_group(Work work, json::Value data, Deadline& deadline)
{
    return call(work, plan_for_many(work, data), deadline);
}

Task<ModuleEnd> user(Work work, json::Value data, Deadline& deadline)
{
    RingPlan plan = plan_for_one(work, data, Member::Kind::user);
    plan.strategy = strategy_of(text(data, "strategy"));
    plan.ignores_early_media = plan.strategy == Strategy::simultaneous;
    return call(work, std::move(plan), deadline);
}

}  // namespace pivot::execute::modules
