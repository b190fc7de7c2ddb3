#include "exchange/call_permit.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "exchange/settings.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::exchange {

namespace {

Result<void> judge(const DialRules& rules, const Address& callee, std::string_view caller_id)
{
    if (!rules.may_call(callee)) {
        return fail(Reason::blocked, Phase::queue,
                    fmt::format("\"{}\" is not called: it is not among limits.numbers of the "
                                "account",
                                printable(callee.text())));
    }
    if (rules.may_show(caller_id)) return {};
    return fail(Reason::blocked, Phase::queue,
                fmt::format("the caller id \"{}\" may not be shown: it is not among "
                            "limits.caller_ids of the account",
                            printable(caller_id)));
}

}  // namespace

Result<std::shared_ptr<CallPermit>> permit_call(std::shared_ptr<const Settings> settings,
                                                std::string_view account_id, const Address& callee,
                                                std::string_view caller_id, Nanoseconds now)
{
    const AccountProfile& profile = settings->profile_of(account_id);
    if (auto judged = judge(profile.dial, callee, caller_id); !judged) return pass_on(judged);
    auto call = take_seat(profile);
    if (!call) return pass_on(call);
    auto number = take_number_seat(profile, callee.text());
    if (!number) return pass_on(number);
    LegQuota::Seat leg;
    if (profile.quotas != nullptr) {
        auto taken = profile.quotas->legs.take(profile.legs, now);
        if (!taken) return fail(Reason::overload, Phase::queue, std::move(taken.error()));
        leg = std::move(*taken);
    }
    return std::make_shared<CallPermit>(std::move(settings), std::move(*call), std::move(*number),
                                        std::move(leg));
}

}  // namespace pivot::exchange
