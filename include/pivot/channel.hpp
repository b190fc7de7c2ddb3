// A call on a switch, as Pivot commands it. A switch implements this class; what comes of its
// commands it tells by events (event.hpp), in the order in which they happened.
//
// The contract:
//
//  1. A command returns at once and never blocks. What it takes to do it happens afterwards.
//  2. A job's command returns false where the switch cannot do such a thing at all: nothing is told
//     of that job. Otherwise exactly one event ends the job, even if it could not begin.
//     What the command of a job is shown stays where it is until that event has been told, so a
//     switch may hand a reference to a thread of its own.
//  3. A command for a leg or a job that no longer exists does nothing, but a job that it carries
//     still ends: the caller may hang up at any moment.
//  4. A playback (play, say, send_keys) is alone on its leg; other jobs run side by side.
//  5. When the caller hangs up, all jobs end, each with its event, and HungUp is the last event.
//  6. Every text is a checked name or an OpaqueText (checked_text.hpp), so that no document can
//     speak the switch's own language.
//
// A switch that breaks this does not harm the call: its events are mended, jobs that it never ends
// are given up ten seconds after their limit, and warned() and the log report each kind of breach
// once.
#pragma once

#include <pivot/checked_text.hpp>
#include <pivot/command.hpp>
#include <pivot/event.hpp>

#include <chrono>
#include <string_view>

namespace pivot::inline v1 {

struct SessionEnd;

// What the commands of a switch can do beyond the least. Where one is missing, a call goes another
// way, and its host is warned once.
struct Abilities {
    bool legs_apart = false;       // play, say, record to a leg that has answered: whispers
    bool sip_credentials = false;  // Target's username and password
    bool dual_recording = false;   // Recording::is_dual
    bool keys_in_rooms = false;    // KeyPressed while in a conference or connected with a leg
    bool early_media = false;      // play and say before the answer
    bool ssml = false;             // Speech::ssml
    bool coaching = false;         // a member of a conference whispers to another
    bool mixes = true;             // mix(): without it no room or queue is kept for the switch
    bool answers = true;           // answer(): without it calls go on unanswered
    bool own_media = false;        // it fetches URLs, speaks and uploads by itself
};

// The form in which a leg plays sounds best. media.conversion_command makes them of that form if it
// has a `{rate}`; otherwise they are as the operator has it.
struct SoundForm {
    unsigned rate_hz = 8'000;
    std::string_view ending = ".wav";  // of the file's name, by which a switch may tell the rate

    bool operator==(const SoundForm&) const = default;
};

class Channel {
public:
    virtual ~Channel() = default;

    // The same for the whole of a call. A switch that does not say can do none of it.
    virtual Abilities abilities() const { return {}; }

    // ---- the call -----------------------------------------------------------------------------

    // Answers the caller: Answered or HungUp follows.
    virtual void answer() = 0;

    // Refuses a call that is not answered, with this SIP status or the nearest that the switch has:
    // HungUp follows.
    virtual void reject(int sip_code, const ReasonPhrase& phrase) = 0;

    // Hangs up one leg, or with the caller's the whole call: LegEnded or HungUp follows. An empty
    // cause is NORMAL_CLEARING.
    virtual void hang_up(LegId leg, const CauseName& cause) = 0;

    // Ends a job early; its event follows as ever. After the stop of a dial no leg of it answers:
    // one that does meanwhile is the switch's to hang up.
    virtual void stop(JobId job) = 0;

    // ---- jobs on a leg ------------------------------------------------------------------------

    // Plays to a leg, until JobEnded. Before the answer it is early media.
    virtual bool play(JobId, LegId, const Media&) { return false; }

    // Any thread, before a sound is fetched or rendered for a leg.
    virtual SoundForm sound_form(LegId) const { return {}; }

    // Speaks to a leg, until JobEnded.
    virtual bool say(JobId, LegId, const Speech&) { return false; }

    // Sends DTMF to the far end of a leg, `key_length` a key, until JobEnded.
    virtual bool send_keys(JobId, LegId, const KeySequence&, std::chrono::milliseconds)
    {
        return false;
    }

    // Records a leg: RecordingBegan, then RecordingEnded.
    virtual bool record(JobId, LegId, const Recording&) { return false; }

    // Listens for words, until a SpeechHeard that is not partial.
    virtual bool listen(JobId, LegId, const Speaking&) { return false; }

    // Streams the media of a leg to a web server: StreamBegan when it takes the stream, JobEnded
    // when it is over.
    virtual bool stream(JobId, LegId, const Stream&) { return false; }

    // ---- other parties ------------------------------------------------------------------------

    // Dials, until LegAnswered or DialFailed. The first who answers waits for bridge(); the switch
    // gives up the others.
    virtual bool dial(JobId, const Dial&) { return false; }

    // Connects the caller with a leg that has answered, until BridgeEnded.
    virtual bool bridge(JobId, LegId) { return false; }

    // Puts the caller into a room, until JobEnded. ConferenceHappened tells what happens there.
    virtual bool join(JobId, const Conference&) { return false; }

    // Puts the caller into a queue, until QueueEnded. Whatever the caller hears there is played
    // with play(). A switch without dequeue() returns false, so that the engine keeps the queue.
    virtual bool enqueue(JobId, const Queue&) { return false; }

    // Connects the caller with whoever has waited longest in a queue, until QueueEnded, which says
    // `failed` where there is no such queue.
    virtual bool dequeue(JobId, const QueueName&, std::chrono::milliseconds) { return false; }

    // Puts the caller into the mix of this name, until the job is stopped: JobEnded. All who are in
    // a mix hear each other, whichever call of the process they belong to; there are `members_max`
    // at most, 0: any number. What is played to the caller meanwhile is heard by them alone.
    virtual bool mix(JobId, const MixName&, unsigned) { return false; }

    // ---- elsewhere ----------------------------------------------------------------------------

    // Asks the caller's side by REFER to call a SIP URI: Referred, and the call stays.
    virtual bool refer(JobId, const SipUri&) { return false; }

    // Moves the call to a target: Moved, or JobEnded where that failed.
    virtual bool transfer(JobId, const Transfer&) { return false; }

    // Parks the call: Moved, or JobEnded where that failed.
    virtual bool park(JobId, const SlotName&) { return false; }

    // Runs a module of a callflow that Pivot does not run, or that the setting
    // callflow.host_modules names, by the name that KAZOO has for it, until JobEnded, which says by
    // which branch the flow goes on. `data` is a JSON object that a document wrote: the switch
    // judges what is in it.
    virtual bool run_module(JobId, std::string_view, std::string_view) { return false; }

    // Runs a whole callflow, JSON text, in the same way: Moved.
    virtual bool run_flow(JobId, std::string_view) { return false; }

    // ---- beside all that ----------------------------------------------------------------------

    // A muted leg is not heard.
    virtual void mute(LegId, bool) {}

    // Sets a variable of a leg; `is_exported`: and of those dialled later. Variables are the
    // application's data: store them under a prefix of your own and never under their bare names,
    // some of which a switch obeys (`api_hangup_hook`, `execute_on_answer`).
    virtual void set_variable(LegId, const VariableName&, const OpaqueText&, bool) {}

    // ---- what the host is told ----------------------------------------------------------------

    // Something in a document or a flow was skipped or failed: a sentence, and where: `3:5` in a
    // document, the module of a flow, `limits` for what the account's limits forbid, `switch` for
    // what this channel lacks or for a breach of the contract, which Sinks::log reports as well.
    virtual void warned(std::string_view, std::string_view) {}

    // A branch of a flow was taken, and why: `_` after a failed exchange, `1` after a menu.
    virtual void branched(std::string_view, std::string_view) {}

    // A valid document has arrived, and its performance begins. The first command may come much
    // later, as after a pause. Unknown verbs are skipped.
    virtual void document_began(bool /*has_unknown_verbs*/) {}

    // The end of a job was told: what its command showed is gone.
    virtual void released(JobId) {}

    // The call is the host's again (AtEnd::give_back): no command comes any more. Its HungUp is
    // still to be told.
    virtual void given_back(const SessionEnd&) {}

    // The session is over: nothing is called any more, and the channel may die in here.
    virtual void ended(const SessionEnd&) = 0;
};

}  // namespace pivot::inline v1
