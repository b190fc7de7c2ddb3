// Modules that steer the call itself.
#include "execute/modules/data.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/refusal.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> answer_call(Work work, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    co_return go_on();
}

Task<ModuleEnd> stay_silent(Work work, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    work.call.channel().mute(true);
    co_return co_await wait_for_end(work, deadline);
}

Task<ModuleEnd> wait(Work work, milliseconds time, Deadline& deadline)
{
    co_await work.call.pause(time, deadline);
    co_return go_on();
}

milliseconds unit_of(std::string_view unit)
{
    if (unit == "ms") return milliseconds(1);
    if (unit == "m") return std::chrono::minutes(1);
    if (unit == "h") return std::chrono::hours(1);
    return std::chrono::seconds(1);
}

}  // namespace

Task<ModuleEnd> answer(Work work, json::Value, Deadline& deadline)
{
    return answer_call(work, deadline);
}

Task<ModuleEnd> callflow(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view id = text(data, "id");
    const std::string* const flow = look_up(work, &Directory::flow, id);
    if (flow != nullptr) return at_once(branch_to(*flow), deadline);
    return at_once(give_up(work, fmt::format("there is no flow \"{}\" in the directory", id)),
                   deadline);
}

Task<ModuleEnd> dead_air(Work work, json::Value, Deadline& deadline)
{
    return stay_silent(work, deadline);
}

Task<ModuleEnd> hangup(Work, json::Value, Deadline& deadline)
{
    return at_once(end_with(ModuleEnd::Kind::hang_up, ""), deadline);
}

Task<ModuleEnd> language(Work work, json::Value data, Deadline& deadline)
{
    const auto language = name_in<LanguageTag>(work, data, "language");
    if (language.empty()) return at_once(go_on(), deadline);
    work.call.session().set_language(language.text());
    work.call.channel().set_language(language);
    return at_once(go_on(), deadline);
}

// A module ends when all that it has begun has: there is nothing left to wait for.
Task<ModuleEnd> noop(Work, json::Value, Deadline& deadline)
{
    return at_once(go_on(), deadline);
}

Task<ModuleEnd> pivot(Work, json::Value, Deadline& deadline)
{
    return at_once(end_with(ModuleEnd::Kind::pivot, ""), deadline);
}

Task<ModuleEnd> response(Work work, json::Value data, Deadline& deadline)
{
    constexpr int busy_here = 486;
    Refusal refusal;
    const std::int64_t code = number(data, "code", busy_here);
    refusal.sip_code = code >= 400 && code <= 699 ? static_cast<int>(code) : busy_here;
    refusal.phrase = name_in<ReasonPhrase>(work, data, "message");
    refusal.media = text(data, "media");
    return refuse(work, std::move(refusal), deadline);
}

Task<ModuleEnd> sleep(Work work, json::Value data, Deadline& deadline)
{
    return wait(work, time(data, "duration", unit_of(text(data, "unit", "s")), 0), deadline);
}

Task<ModuleEnd> wait_for_hangup(Work work, json::Value, Deadline& deadline)
{
    return wait_for_end(work, deadline);
}

}  // namespace pivot::execute::modules
