// The messages from KAZOO about a performed call, as far as calls depend on them: the switch's
// events, errors of commands, and answers to our requests.
//
// All are JSON objects. Unknown keys are ignored, and numbers may be strings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

struct CallEvent {
    enum class Kind : std::uint8_t {
        other,         // nothing to act on
        created,       // CHANNEL_CREATE of a dialled leg
        answered,      // CHANNEL_ANSWER
        progress,      // CHANNEL_PROGRESS and CHANNEL_PROGRESS_MEDIA of a dialled leg
        leg_created,   // LEG_CREATED, in KAZOO 4.3
        bridged,       // CHANNEL_BRIDGE
        unbridged,     // CHANNEL_UNBRIDGE
        destroyed,     // CHANNEL_DESTROY
        key,           // DTMF
        completed,     // CHANNEL_EXECUTE_COMPLETE: a command has ended
        record_began,  // RECORD_START
        recorded,      // RECORD_STOP
        replaced,      // CHANNEL_REPLACED: the call continues under another id
        transferred,   // CHANNEL_TRANSFEREE
        usurped,       // usurp_control: somebody else commands the call
        pivoted,       // CHANNEL_PIVOT
        refused,       // a command could not be performed
        offnet,        // offnet_resp: the result of a call through a carrier
        status,        // channel_status_resp
        conference,    // an event of a conference
    };

    // Returns nothing if it is not a message about a call.
    static std::optional<CallEvent> read(std::string_view body);

    Kind kind = Kind::other;
    std::string call_id;
    std::string message_id;               // the event's, or that of the request that it answers
    std::string other_leg;                // its call id
    std::string fetch_id;                 // identifies who commands the call
    std::string replaced_by;              // replaced: the new call id
    std::string application;              // completed: `noop`, `bridge`
    std::string response;                 // the result; refused: a sentence; status: `terminated`
    std::string cause;                    // of a hang-up, a bridge or an offnet call: `USER_BUSY`
    std::string conference;               // its id
    std::string happening;                // conference: `add-member`
    int sip_code = 0;                     // from `sip:486`; 0 if unknown
    char pressed = 0;                     // key: one of `keypad`; recorded: the key that ended it
    bool is_up = false;                   // the channel is answered, as far as the event says
    bool was_answered = false;            // completed, offnet: somebody was talked to
    bool has_bridged = false;             // completed: the channel is or was bridged
    bool is_gone = false;                 // refused: because there is no such channel
    bool was_silent = false;              // recorded: silence ended it
    std::chrono::milliseconds length{0};  // recorded
};

}  // namespace pivot::switches::kazoo
