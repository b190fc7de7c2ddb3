#include "switches/kazoo/bus_call.hpp"

#include "reactor/errand.hpp"
#include "switches/kazoo/bus_attendant.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

Abilities BusCall::abilities() const
{
    return PerformedCall::abilities();
}

template <typename Work>
void BusCall::post(Work work)
{
    reactor::Errand::send(
        reactor_, [&listener = listener_, work = std::move(work)]() mutable { work(listener); });
}

void BusCall::command(std::function<void(PerformedCall& call)> command)
{
    post([command = std::move(command)](BusCallListener& listener) mutable {
        listener.commanded(std::move(command));
    });
}

// ---- the call -----------------------------------------------------------------------------------

void BusCall::answer()
{
    command([](PerformedCall& call) { call.answer(); });
}

void BusCall::reject(int sip_code, const ReasonPhrase& phrase)
{
    command(
        [sip_code, phrase = phrase.text()](PerformedCall& call) { call.reject(sip_code, phrase); });
}

void BusCall::hang_up(LegId leg, const CauseName& cause)
{
    command([leg, cause = cause.text()](PerformedCall& call) { call.hang_up(leg, cause); });
}

// A flow that was handed over is soon taken, so it needs no stopping.
void BusCall::stop(JobId job)
{
    post([job](BusCallListener& listener) {
        if (PerformedCall* const call = listener.performed()) call->stop(job);
    });
}

// ---- jobs, whose commands stay until they have ended --------------------------------------------

bool BusCall::play(JobId job, LegId leg, const Media& media)
{
    command([job, leg, &media](PerformedCall& call) { call.play(job, leg, media); });
    return true;
}

bool BusCall::say(JobId job, LegId leg, const Speech& speech)
{
    command([job, leg, &speech](PerformedCall& call) { call.say(job, leg, speech); });
    return true;
}

bool BusCall::send_keys(JobId job, LegId leg, const KeySequence& keys,
                        std::chrono::milliseconds key_length)
{
    command([job, leg, &keys, key_length](PerformedCall& call) {
        call.send_keys(job, leg, keys, key_length);
    });
    return true;
}

// KAZOO only keeps a recording that it has to upload.
bool BusCall::record(JobId job, LegId leg, const Recording& recording)
{
    if (recording.url.empty()) return false;
    command([job, leg, &recording](PerformedCall& call) { call.record(job, leg, recording); });
    return true;
}

bool BusCall::run_flow(JobId job, std::string_view flow)
{
    post([job, flow = std::string(flow)](BusCallListener& listener) mutable {
        listener.flow_came(job, std::move(flow));
    });
    return true;
}

bool BusCall::dial(JobId job, const Dial& dial)
{
    command([job, &dial](PerformedCall& call) { call.dial(job, dial); });
    return true;
}

bool BusCall::bridge(JobId job, LegId leg)
{
    command([job, leg](PerformedCall& call) { call.bridge(job, leg); });
    return true;
}

bool BusCall::join(JobId job, const Conference& conference)
{
    command([job, &conference](PerformedCall& call) { call.join(job, conference); });
    return true;
}

// ---- the end ------------------------------------------------------------------------------------

void BusCall::document_began(bool has_unknown_verbs)
{
    post([has_unknown_verbs](BusCallListener& listener) {
        listener.document_came(has_unknown_verbs);
    });
}

void BusCall::warned(std::string_view where, std::string_view what)
{
    if (where == "switch") return;  // the engine's log has those
    attendant_.warn(call_id_, fmt::format("{}: {}", where, what));
}

void BusCall::given_back(const SessionEnd& end)
{
    post([end](BusCallListener& listener) { listener.given_back(end); });
}

void BusCall::ended(const SessionEnd& end)
{
    post([end](BusCallListener& listener) { listener.ended(end); });
}

}  // namespace pivot::switches::kazoo
