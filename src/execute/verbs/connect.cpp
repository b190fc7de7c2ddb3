// <Connect>: the call is handed to a stream, until the other side closes it.
#include "execute/verbs/stream_noun.hpp"
#include "execute/verbs/streams.hpp"
#include "execute/verbs/verb.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

using twiml::Name;

constexpr std::string_view not_offered = "not offered by this switch";

// Two-way, until the other side closes it. Returns why it has failed; empty: it has not.
Task<std::string> connect_stream(LiveCall& call, twiml::Element element, Deadline& deadline)
{
    const JobId job = begin_stream(call, element, true);
    if (job == 0) co_return std::string(not_offered);
    const Finished finished = co_await call.finish(job, Until(), deadline);
    co_return Streams::failure_of(std::get<JobEnded>(finished.end));
}

// What `action` is told when the noun of a Connect could not be had.
Parameters failure_of(Name noun, std::string why)
{
    Parameters parameters;
    if (noun == Name::virtual_agent) {
        parameters.push_back({"VirtualAgentStatus", "failed"});
        parameters.push_back({"VirtualAgentError", std::move(why)});
    } else if (noun == Name::stream) {
        parameters.push_back({"StreamEvent", "stream-error"});
        parameters.push_back({"StreamError", std::move(why)});
    } else {
        parameters.push_back({"SessionStatus", "failed"});
    }
    return parameters;
}

}  // namespace

Task<NextStep> perform_connect(LiveCall& call, twiml::Element connect, Deadline& deadline)
{
    co_await call.answer(deadline);
    for (const twiml::Element noun : connect.children()) {
        std::string failure(not_offered);
        if (noun.name() == Name::stream) {
            failure = co_await connect_stream(call, noun, deadline);
        } else {
            call.warn(where(noun), fmt::format("Connect: {} is not offered by this switch",
                                               twiml::name(noun.name())));
        }
        if (call.is_over()) co_return next_step(NextStep::Kind::over);
        Parameters parameters;
        if (!failure.empty()) parameters = failure_of(noun.name(), std::move(failure));
        co_return ask_action_if_any(call, connect, std::move(parameters));
    }
    call.warn(where(connect), "Connect: there is nothing in it to connect with");
    co_return ask_action_if_any(call, connect, {});
}

}  // namespace pivot::execute::verbs
