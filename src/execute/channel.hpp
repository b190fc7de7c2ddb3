// The live call on a switch, as the executor sees it. Commands return at once; what comes of them
// is told by events, in the order in which it happened. A switch that cannot do something, or not
// now, ends the job as failed.
//
// Every text that it is given is a checked name or an OpaqueText (names.hpp).
//
// Commands for a leg or a job that no longer exists are ignored, but a job that they carry still
// ends: the caller may hang up at any moment. `contract.hpp` has what happens to a channel that
// does not end its jobs.
#pragma once

#include "base/clock.hpp"
#include "execute/event_queue.hpp"
#include "execute/order.hpp"

#include <optional>
#include <string_view>

namespace pivot::execute {

// What not every switch can do.
enum class Ability : std::uint8_t { speech_input, streams, queues, conferences, refer };

class Channel {
public:
    virtual ~Channel() = default;

    // Where this channel puts what happens.
    virtual EventQueue& events() = 0;

    virtual bool can(Ability ability) const = 0;

    // When the call began and when it was answered, by the call's clock. Both may lie long before
    // this session: a dialplan can answer and play before it pivots. answered_at() has its value
    // before Answered is pushed.
    virtual Nanoseconds began_at() const = 0;
    virtual std::optional<Nanoseconds> answered_at() const = 0;
    bool is_answered() const { return answered_at().has_value(); }

    // Answered comes, or HungUp.
    virtual void answer() = 0;

    // An unanswered call: refused with a SIP status, and what is said with it.
    virtual void reject(int sip_code, const ReasonPhrase& phrase) = 0;

    // The caller, and with him the call, or one leg. An empty cause is NORMAL_CLEARING.
    virtual void hang_up(LegId leg, const CauseName& cause) = 0;

    // Each runs until its JobEnded. One at a time on a leg.
    virtual void play(LegId leg, JobId job, const Media& media) = 0;
    virtual void say(LegId leg, JobId job, const Speech& speech) = 0;

    // Keys as the other side hears them: `0-9 A-D * #`, `w` waits half a second, `W` a whole one.
    virtual void send_keys(LegId leg, JobId job, const KeySequence& keys,
                           milliseconds key_length) = 0;

    // Ends a job early: its event comes.
    virtual void stop(JobId job) = 0;

    // Until RecordingEnded.
    virtual void record(LegId leg, JobId job, const Recording& recording) = 0;

    // Listens for words until SpeechHeard, which is not partial.
    virtual void listen(LegId leg, JobId job, const Speaking& speaking) = 0;

    // Until LegAnswered or DialFailed. To stop the job gives all up.
    virtual void dial(JobId job, const Dial& dial) = 0;

    // Connects the caller with one who has answered, until BridgeEnded.
    virtual void bridge(LegId leg, JobId job) = 0;

    // The caller is in a room until JobEnded, and ConferenceHappened tells what happens there.
    virtual void join(JobId job, const Conference& conference) = 0;

    // The caller waits in a queue until QueueEnded. What is played to him is the executor's
    // business.
    virtual void enqueue(JobId job, const Queue& queue) = 0;

    // Connects the caller with the first who waits in a queue: QueueEnded, failed where the queue
    // does not exist.
    virtual void dequeue(JobId job, const QueueName& queue, milliseconds timeout) = 0;

    // StreamBegan when the other side takes it. Until JobEnded; a one-way stream runs beside all
    // else.
    virtual void stream(JobId job, const Stream& stream) = 0;

    // The caller hears nothing, and what he says goes nowhere.
    virtual void mute(bool is_muted) = 0;

    // A variable of the caller's leg; `is_exported`: and of those that will be dialled. Variables
    // are the application's data: an adapter stores them under a prefix of its own, never under
    // their bare names, some of which a switch obeys (`api_hangup_hook`, `execute_on_answer`).
    virtual void set_variable(const VariableName& name, const OpaqueText& value,
                              bool is_exported) = 0;

    // What the caller's leg hears prompts in, where those do not say.
    virtual void set_language(const LanguageTag& language) = 0;

    // Asks the caller's side to call somebody else, a SIP URI: Referred, or JobEnded where it could
    // not be asked. The call stays.
    virtual void refer(JobId job, const SipUri& uri) = 0;

    // Moved, or JobEnded where it failed.
    virtual void transfer(JobId job, const Transfer& transfer) = 0;
    virtual void park(JobId job, const SlotName& slot) = 0;

    // A module of a callflow, by one of the names that callflow/ knows, which the host runs:
    // JobEnded with its branch. `data` is a JSON object and opaque but for that: the host reads it,
    // and judges what is in it. False: the host has no such module.
    virtual bool run_module(JobId job, std::string_view module, std::string_view data) = 0;

    // A whole flow, JSON text, in the same way: Moved. False: the host leaves flows to us.
    virtual bool run_flow(JobId job, std::string_view flow) = 0;
};

}  // namespace pivot::execute
