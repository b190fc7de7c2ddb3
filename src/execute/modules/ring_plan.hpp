// Whom a node of device, user, group or ring_group calls, and how.
#pragma once

#include "execute/modules/module.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pivot::execute::modules {

enum class Strategy : std::uint8_t { simultaneous, single, weighted_random };

struct RingPlan {
    std::vector<Member> members;
    Strategy strategy = Strategy::simultaneous;
    seconds timeout{20};
    unsigned repeats = 1;
    bool answers_first = false;
    bool ignores_early_media = false;
    bool hides_caller = false;
    bool can_call_self = false;
    Media ringback;
    UserPart invite_user;  // replaces the one in the dial string
    std::vector<SipHeader> headers;
};

Strategy strategy_of(std::string_view strategy);

// For device and user.
RingPlan plan_for_one(const Work& work, json::Value data, Member::Kind kind);

// For group and ring_group, whose data have `endpoints`. Calls a group of the directory. The
// group's own settings take precedence.
void call_group(RingPlan& plan, const Work& work, std::string_view id);

RingPlan plan_for_many(const Work& work, json::Value data);

}  // namespace pivot::execute::modules
