#include "execute/modules/dial_outcome.hpp"

#include "base/text.hpp"
#include "execute/jobs/talk.hpp"
#include "execute/modules/call_recordings.hpp"

#include <fmt/format.h>

namespace pivot::execute::modules {

std::optional<ModuleEnd> branch_for(const Work& work, const jobs::RingResult& failed)
{
    if (!failed.why.empty()) work.warn(with_reason("nobody was reached", failed.why));
    const Cause& cause = failed.cause;
    constexpr int declined = 600;
    const std::string_view name = cause.name.empty() ? unspecified : cause.name;
    if (work.has_child(name)) return go_on(name);
    const std::string code = fmt::format("sip:{}", cause.sip_code == 0 ? declined : cause.sip_code);
    if (work.has_child(code)) return go_on(code);
    return std::nullopt;
}

Task<ModuleEnd> talk_to(Work work, LegId leg, Deadline& deadline)
{
    begin_armed_recordings(work.call, work.memory, ArmedRecording::Moment::bridge);
    const jobs::TalkRules rules;
    const std::string why = co_await jobs::talk(work.call, leg, rules, deadline);
    if (!why.empty()) work.warn(with_reason("the switch could not connect the two", why));
    co_return stop();
}

}  // namespace pivot::execute::modules
