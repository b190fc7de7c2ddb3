// Verbs that hand the call to something beside the switch: Connect, Start, Stop, Refer, Sms, Pay.
// Where the channel cannot, the document goes on as it does after a failure.
#include "execute/verbs/streams.hpp"
#include "execute/verbs/verb.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using twiml::Name;

Stream::Tracks tracks_of(std::string_view track)
{
    if (track == "outbound_track") return Stream::Tracks::outbound;
    if (track == "both_tracks") return Stream::Tracks::both;
    return Stream::Tracks::inbound;
}

Stream stream_of(LiveCall& call, twiml::Element element)
{
    Stream stream;
    stream.url = WebUrl::of(element.text(Attribute::url));
    stream.name = name_in<StreamName>(call, element, Attribute::name);
    if (stream.name.empty()) {
        stream.name = StreamName::of_id(fmt::format("{}-stream", call.session().call().call_id));
    }
    stream.tracks = tracks_of(element.text(Attribute::track));
    for (const twiml::Element parameter : element.children()) {
        if (parameter.name() != Name::parameter) continue;
        stream.parameters.emplace_back(OpaqueText(parameter.text(Attribute::name)),
                                       OpaqueText(parameter.text(Attribute::value)));
    }
    return stream;
}

constexpr std::string_view no_streams = "this switch has no media streams";

Streams::Callback callback_of(LiveCall& call, twiml::Element element)
{
    Streams::Callback callback;
    if (!names_a_url(call, element, Attribute::status_callback)) return callback;
    callback.url = call.session().resolve(element.text(Attribute::status_callback));
    callback.method = method_of(element, Attribute::status_callback_method);
    return callback;
}

// Why no stream can begin; empty: one can.
std::string_view obstacle(LiveCall& call)
{
    if (!call.channel().can(Ability::streams)) return no_streams;
    return call.streams().are_too_many() ? "16 streams of this call run, which is the limit" : "";
}

// 0: no stream can begin.
JobId begin_stream(LiveCall& call, twiml::Element element, bool is_two_way)
{
    Stream stream = stream_of(call, element);
    stream.is_two_way = is_two_way;
    Streams::Callback callback = callback_of(call, element);
    if (const std::string_view why = obstacle(call); !why.empty()) {
        call.warn(where(element), fmt::format("Stream: {}", why));
        call.streams().refuse(stream.name.text(), callback, why);
        return 0;
    }
    const JobId job = call.begin(JobKind::stream, caller, unlimited);
    call.streams().begin(job, stream.name.text(), std::move(callback));
    call.channel().stream(job, stream);
    return job;
}

// Two-way, until the other side closes it.
Task<bool> connect_stream(LiveCall& call, twiml::Element element, Deadline& deadline)
{
    const JobId job = begin_stream(call, element, true);
    if (job == 0) co_return false;
    const Finished finished = co_await call.finish(job, Until(), deadline);
    co_return std::get<JobEnded>(finished.end).end != JobEnd::failed;
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

std::string_view refer_status(const Referred& referred)
{
    const bool was_taken = referred.sip_code / 100 == 2;
    const int code = was_taken ? referred.notify_code : referred.sip_code;
    if (code == 486 || code == 600 || code == 603) return "busy";
    if (code == 408 || code == 480) return "no-answer";
    if (code == 487) return "canceled";
    return was_taken && code < 300 ? "in-progress" : "failed";
}

// A side that takes a REFER and tells nothing more leaves it open what came of it.
Parameters refer_results(const Referred& referred)
{
    const bool is_open = referred.sip_code / 100 == 2 && referred.notify_code == 0;
    Parameters parameters;
    if (!is_open) parameters.push_back({"ReferCallStatus", std::string(refer_status(referred))});
    if (referred.sip_code != 0) {
        parameters.push_back({"ReferSipResponseCode", std::to_string(referred.sip_code)});
    }
    if (referred.notify_code != 0) {
        parameters.push_back({"NotifySipResponseCode", std::to_string(referred.notify_code)});
    }
    return parameters;
}

// Without the headers that a SIP URI may have, which no switch is handed.
SipUri target_of(LiveCall& call, twiml::Element noun)
{
    const std::string_view uri = noun.text();
    const std::size_t query = uri.find('?');
    if (query != uri.npos) call.warn(where(noun), "Sip: the headers of a Refer are not sent");
    return SipUri::of(uri.substr(0, query));
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
        begin_stream(call, noun, false);
    }
    co_return NextStep();
}

Task<NextStep> perform_stop(LiveCall& call, twiml::Element stop, Deadline&)
{
    for (const twiml::Element noun : stop.children()) {
        const bool runs = call.streams().stop(noun.text(Attribute::name));
        if (!runs) call.warn(where(noun), "Stop: nothing of that name was started");
    }
    co_return NextStep();
}

// `action` is told even when the caller has hung up, as most phones do when they are connected
// elsewhere.
Task<NextStep> perform_refer(LiveCall& call, twiml::Element refer, Deadline& deadline)
{
    SipUri target;
    for (const twiml::Element noun : refer.children()) target = target_of(call, noun);
    Referred referred;
    if (call.channel().can(Ability::refer) && !target.empty()) {
        const JobId job = call.begin(JobKind::refer, caller, move_limit);
        call.channel().refer(job, target);
        const Finished finished = co_await call.finish(job, Until(), deadline);
        referred = std::get<Referred>(finished.end);
        co_await call.catch_up(deadline);
    }
    const bool was_taken = referred.sip_code / 100 == 2;
    if (!was_taken && !call.is_over()) {
        call.warn(where(refer), "Refer: the switch did not refer the caller");
    }
    co_return conclude(call, refer, refer_results(referred));
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
