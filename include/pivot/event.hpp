// What a channel tells the one who runs its call.
//
// Every job ends with exactly one event, even one that could not start, so no wait can hang. Each
// kind of job has an end of its own; JobEnded does for all of them. When the caller hangs up, all
// jobs end first, each with its event, and HungUp is the last one. A channel that does otherwise
// is put right by `contract.hpp`.
//
// `why` is a sentence for the voice developer, without a capital and a full stop: "the file is not
// there". Empty: the switch does not tell, or nothing failed.
#pragma once

#include <pivot/action.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace pivot::inline v1 {

// One side of the call: the caller, or one whom a Dial called. Legs are numbered by the executor.
using LegId = std::uint32_t;
inline constexpr LegId caller = 0;

// Something that takes its time: a playback, a recording, a dial, … Numbered by the executor.
using JobId = std::uint32_t;

// Why a leg or a call ended: the switch's name (`USER_BUSY`), and the SIP status where there is
// one.
struct Cause {
    std::string name;
    int sip_code = 0;
};

// The caller's leg is answered.
struct Answered {};

struct KeyPressed {
    LegId leg = caller;
    char key = 0;  // one of `keypad`
};
inline constexpr std::string_view keypad = "0123456789*#ABCD";

enum class JobEnd : std::uint8_t {
    finished,  // by itself
    stopped,   // because it was asked to, or its leg ended
    failed,    // it could not be done: no such file, no such room, not offered by the switch
};

// Playback, speech, keys sent, a module or a flow handed over: nothing to tell but that it ended.
struct JobEnded {
    JobId job = 0;
    JobEnd end = JobEnd::finished;
    std::string branch;    // of a module that the switch ran: the child to go on with; empty: `_`
    std::string why = {};  // of failed
};

enum class RecordingEnd : std::uint8_t { key, silence, limit, stopped, hung_up, failed };

struct RecordingEnded {
    JobId job = 0;
    RecordingEnd end = RecordingEnd::stopped;
    char key = 0;     // of key
    std::string url;  // where it is or will be found; empty: nothing was recorded
    std::string id;
    std::chrono::milliseconds duration{0};
    std::string why = {};  // of failed
};

// The switch does record.
struct RecordingBegan {
    JobId job = 0;
    std::string id = {};  // of the recording; empty: the switch does not tell
};

// The web server has taken the stream.
struct StreamBegan {
    JobId job = 0;
    std::string id;  // of the stream; empty: the switch does not tell
};

// Speech input: somebody has begun to speak. A switch that cannot tell says nothing.
struct SpeechBegan {
    JobId job = 0;
};

enum class HearingEnd : std::uint8_t {
    words,    // were understood; without any it is silence
    silence,  // nobody spoke, or nothing was understood
    failed,   // the switch could not listen
    partial,  // not the end: what is heard so far
};

// The end of speech input, unless it is partial.
struct SpeechHeard {
    JobId job = 0;
    std::string text;
    std::string confidence;  // `0.93`; empty: unknown
    HearingEnd end = HearingEnd::words;
    std::string why = {};  // of failed
};

struct LegRinging {
    LegId leg = caller;
};

// The first of those dialled to answer; the others are being given up. It waits to be bridged.
struct LegAnswered {
    LegId leg = caller;
    std::string call_id;  // of that leg; empty: the switch does not tell
    JobId job = 0;        // the dial; a channel need not tell
};

// One that was dialled is gone, whether it had answered or not.
struct LegEnded {
    LegId leg = caller;
    Cause cause;
    std::string why = {};  // it could not be reached
};

// Nobody answered. After LegAnswered there is none.
struct DialFailed {
    JobId job = 0;
    Cause cause;
    std::string why = {};  // it could not be done, if it is not simply that nobody answered
};

// The two are no longer connected. Where the other side has hung up, its LegEnded comes before.
struct BridgeEnded {
    JobId job = 0;
    std::string why = {};  // they could not be connected
};

enum class ConferenceEventKind : std::uint8_t {
    start,
    end,
    join,
    leave,
    mute,
    unmute,
    hold,
    unhold,
    speech_start,
    speech_stop
};

// The caller is in the room, or something happened in it. `start` is told to those who join later,
// too; `end` when the last one has left, even if nobody else ever came.
struct ConferenceHappened {
    JobId job = 0;
    ConferenceEventKind kind = ConferenceEventKind::join;
    // Its call id. Of `end`: who has ended it by leaving; empty: the last one has left.
    std::string member;
    // Another call in the room tells the web server of it.
    bool is_told_elsewhere = false;
};

// Where the caller stands in the queue: told at the start, and whenever it changes. A switch that
// does not know tells nothing.
struct QueueStanding {
    JobId job = 0;
    unsigned position = 0;                   // from 1
    unsigned size = 0;                       // how many wait, this caller included
    std::chrono::seconds waited_average{0};  // of those who were taken
};

// Somebody takes the caller out of the queue, or a dequeue has somebody for the caller: the two are
// connected until QueueEnded.
struct QueueBridged {
    JobId job = 0;
};

enum class QueueEnd : std::uint8_t { bridged, left, hung_up, full, failed };

// The caller has left the queue, or, bridged, the two have parted.
struct QueueEnded {
    JobId job = 0;
    QueueEnd end = QueueEnd::failed;
    std::string other_call_id;       // with whom it was bridged
    std::chrono::seconds waited{0};  // in the queue
    std::chrono::seconds talked{0};
    std::string why = {};  // of failed
};

// What became of a refer: the caller stays until they hang up, or the switch moves them.
struct Referred {
    JobId job = 0;
    int sip_code = 0;      // with which the caller's side answered; 202: it tries
    int notify_code = 0;   // that it told last of what came of it; 0: it told nothing
    std::string why = {};  // it could not be done
};

// The host sends the call elsewhere: a request in flight is dropped, what the document or the flow
// does ends, its jobs are stopped, and what this URL answers is performed. Recordings and streams
// that run beside go on. Ignored when the call is over, and with a warning where the URL is not an
// absolute one.
struct Redirected {
    std::string url;
    Method method = Method::post;
};

// The host could not hear the switch for a while: keys may be lost. The call goes on; its next
// debug record has the sentence.
struct EventsMissed {
    std::string why;
};

// The switch has taken the call away: it goes on elsewhere, and must not be hung up.
struct Moved {};

// The caller is gone. Nothing comes after it.
struct HungUp {
    Cause cause;
    // The switch's own call detail record, as a form, to post in place of the engine's if the call
    // owes one. If it is empty, none is posted.
    std::optional<std::string> cdr = std::nullopt;
};

using Event = std::variant<Answered, KeyPressed, JobEnded, RecordingBegan, RecordingEnded,
                           StreamBegan, SpeechBegan, SpeechHeard, LegRinging, LegAnswered, LegEnded,
                           DialFailed, BridgeEnded, ConferenceHappened, QueueStanding, QueueBridged,
                           QueueEnded, Referred, Redirected, EventsMissed, Moved, HungUp>;

}  // namespace pivot::inline v1
