// What KAZOO tells about a call that is performed over its bus, as far as calls depend on it: the
// switch's events, errors of commands, and answers to our requests.
//
// All come as JSON objects. Unknown keys are ignored, and numbers may be texts.
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
        created,       // CHANNEL_CREATE, of a leg that is dialled
        answered,      // CHANNEL_ANSWER
        progress,      // CHANNEL_PROGRESS and CHANNEL_PROGRESS_MEDIA, of a leg that is dialled
        leg_created,   // LEG_CREATED, in KAZOO 4.3
        bridged,       // CHANNEL_BRIDGE
        unbridged,     // CHANNEL_UNBRIDGE
        destroyed,     // CHANNEL_DESTROY
        key,           // DTMF
        completed,     // CHANNEL_EXECUTE_COMPLETE: a command is done
        record_began,  // RECORD_START
        recorded,      // RECORD_STOP
        replaced,      // CHANNEL_REPLACED: the call goes on under another id
        transferred,   // CHANNEL_TRANSFEREE
        usurped,       // usurp_control: somebody else commands the call
        pivoted,       // CHANNEL_PIVOT
        refused,       // a command could not be done
        offnet,        // offnet_resp: what a call through a carrier came to
        status,        // channel_status_resp
        conference,    // something happened in a conference
    };

    // Returns nothing for what is not a message about a call.
    static std::optional<CallEvent> read(std::string_view body);

    Kind kind = Kind::other;
    std::string call_id;
    std::string message_id;     // of the event, or of the request that it answers
    std::string other_leg;      // its call id
    std::string fetch_id;       // of who commands the call
    std::string replaced_by;    // of replaced
    std::string application;    // of completed: `noop`, `bridge`
    std::string response;       // what became of it; of refused a sentence; of status `terminated`
    std::string cause;          // of a hang-up, a bridge or an offnet call: `USER_BUSY`
    std::string conference;     // the id of one
    std::string happening;      // in it: `add-member`
    int sip_code = 0;           // of `sip:486`; 0: unknown
    char pressed = 0;           // of key, one of `keypad`; of recorded the key that ended it
    bool is_up = false;         // the channel is answered, as far as the event says
    bool was_answered = false;  // of completed and offnet: somebody has been talked with
    bool has_bridged = false;   // of completed: the channel has been bridged, now or before
    bool is_gone = false;       // of refused: because there is no such channel
    bool was_silent = false;    // of recorded: silence ended it
    std::chrono::milliseconds length{0};  // of recorded
};

}  // namespace pivot::switches::kazoo
