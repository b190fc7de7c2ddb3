// Verbs that hand the call to something beside the switch: Connect, Start, Stop, Refer, Sms, Pay.
// Where the channel cannot, the document goes on as it does after a failure.
#include "execute/given_name.hpp"
#include "execute/verbs/verb.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using twiml::Name;

Stream stream_of(LiveCall& call, twiml::Element element)
{
    Stream stream;
    stream.url = element.text(Attribute::url);
    stream.name = element.text(Attribute::name);
    if (stream.name.empty()) {
        stream.name = fmt::format("{}-stream", call.session().call().call_id);
    }
    stream.tracks = element.text(Attribute::track);
    for (const twiml::Element parameter : element.children()) {
        if (parameter.name() != Name::parameter) continue;
        stream.parameters.emplace_back(parameter.text(Attribute::name),
                                       parameter.text(Attribute::value));
    }
    return stream;
}

void tell(LiveCall& call, twiml::Element element, const Stream& stream, std::string_view event,
          std::string_view error)
{
    Parameters parameters;
    parameters.push_back({"StreamSid", stream.name});
    parameters.push_back({"StreamName", stream.name});
    parameters.push_back({"StreamEvent", std::string(event)});
    parameters.push_back({"Timestamp", iso_date_now(call)});
    if (!error.empty()) parameters.push_back({"StreamError", std::string(error)});
    notify(call, element, Attribute::status_callback, Attribute::status_callback_method,
           std::move(parameters));
}

constexpr std::string_view no_streams = "this switch has no media streams";

// Two-way, until the other side closes it.
Task<bool> connect_stream(LiveCall& call, twiml::Element element, Deadline& deadline)
{
    Stream stream = stream_of(call, element);
    stream.is_two_way = true;
    if (!call.channel().can(Ability::streams)) {
        call.warn(where(element), fmt::format("Stream: {}", no_streams));
        tell(call, element, stream, "stream-error", no_streams);
        co_return false;
    }
    const JobId job = call.begin(JobKind::stream, caller, unlimited);
    call.channel().stream(job, stream);
    tell(call, element, stream, "stream-started", "");
    const Finished finished = co_await call.finish(job, Until(), deadline);
    const bool has_failed = std::get<JobEnded>(finished.end).end == JobEnd::failed;
    tell(call, element, stream, has_failed ? "stream-error" : "stream-stopped", "");
    co_return !has_failed;
}

// What `action` is told when the noun of a Connect could not be had.
Parameters failure_of(Name noun)
{
    Parameters parameters;
    if (noun == Name::virtual_agent) {
        parameters.push_back({"VirtualAgentStatus", "failed"});
        parameters.push_back({"VirtualAgentError", "not offered by this switch"});
    } else if (noun == Name::stream) {
        parameters.push_back({"StreamEvent", "stream-error"});
        parameters.push_back({"StreamError", "not offered by this switch"});
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
        bool is_done = false;
        if (noun.name() == Name::stream) {
            is_done = co_await connect_stream(call, noun, deadline);
        } else {
            call.warn(where(noun), fmt::format("Connect: {} is not offered by this switch",
                                               twiml::name(noun.name())));
        }
        if (call.is_over()) co_return next_step(NextStep::Kind::over);
        Parameters parameters;
        if (!is_done) parameters = failure_of(noun.name());
        co_return ask_action_if_any(call, connect, std::move(parameters));
    }
    call.warn(where(connect), "Connect: there is nothing in it to connect with");
    co_return ask_action_if_any(call, connect, {});
}

Task<NextStep> perform_start(LiveCall& call, twiml::Element start, Deadline&)
{
    for (const twiml::Element noun : start.children()) {
        if (noun.name() != Name::stream) {
            call.warn(where(noun), fmt::format("Start: {} is not offered by this switch",
                                               twiml::name(noun.name())));
            continue;
        }
        const Stream stream = stream_of(call, noun);
        if (!call.channel().can(Ability::streams)) {
            call.warn(where(noun), fmt::format("Stream: {}", no_streams));
            tell(call, noun, stream, "stream-error", no_streams);
            continue;
        }
        const JobId job = call.begin(JobKind::stream, caller, unlimited);
        call.remember_stream(stream.name, job);
        call.channel().stream(job, stream);
        tell(call, noun, stream, "stream-started", "");
    }
    co_return NextStep();
}

Task<NextStep> perform_stop(LiveCall& call, twiml::Element stop, Deadline&)
{
    for (const twiml::Element noun : stop.children()) {
        const JobId job = call.forget_stream(noun.text(Attribute::name));
        if (job == 0) {
            call.warn(where(noun), "Stop: nothing of that name was started");
        } else {
            call.ask_to_stop(job);
        }
    }
    co_return NextStep();
}

Task<NextStep> perform_refer(LiveCall& call, twiml::Element refer, Deadline& deadline)
{
    std::string target;
    for (const twiml::Element noun : refer.children()) target = sip_uri_of(noun.text());
    if (call.channel().can(Ability::refer) && !target.empty()) {
        const JobId job = call.begin(JobKind::move, caller, move_limit);
        Transfer transfer;
        transfer.target = std::move(target);
        call.channel().transfer(job, transfer);
        static_cast<void>(co_await call.finish(job, Until(), deadline));
        if (call.is_over()) co_return next_step(NextStep::Kind::over);
    }
    call.warn(where(refer), "Refer: the switch did not transfer the call");
    Parameters parameters;
    parameters.push_back({"ReferCallStatus", "failed"});
    co_return ask_action_if_any(call, refer, std::move(parameters));
}

Task<NextStep> perform_sms(LiveCall& call, twiml::Element sms, Deadline&)
{
    call.warn(where(sms), "Sms: there is no way to send messages");
    Parameters parameters;
    parameters.push_back({"SmsStatus", "invalid"});
    co_return ask_action_if_any(call, sms, std::move(parameters));
}

Task<NextStep> perform_pay(LiveCall& call, twiml::Element pay, Deadline&)
{
    call.warn(where(pay), "Pay: there is no payment connector");
    Parameters parameters;
    parameters.push_back({"Result", "payment-connector-error"});
    co_return ask_action(call, pay, std::move(parameters));
}

}  // namespace pivot::execute
