// What a channel is asked to do.
#pragma once

#include "execute/event.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pivot::execute {

using std::chrono::milliseconds;

// Zero: no limit.
inline constexpr milliseconds unlimited{0};

// Something to hear.
struct Media {
    enum class Kind : std::uint8_t {
        url,     // http or https
        name,    // of the switch: a file, a stored recording, `local_stream://…`
        prompt,  // one of the system's own, in `language`
        tone,    // `%(on_ms,off_ms,hz,…);loops=n`, as FreeSWITCH's tone_stream has it
    };
    Kind kind = Kind::url;
    std::string what;
    std::string language;
};

// Something to say. An empty voice, language or engine is the switch's own.
struct Speech {
    std::string text;
    std::string ssml;  // the same with SSML elements; empty: there are none
    std::string voice;
    std::string language;
    std::string engine;
};

struct Recording {
    enum class Track : std::uint8_t { inbound, outbound, both };  // what the caller says, hears

    std::string keys;             // that end it; none: no key does
    milliseconds silence_max{0};  // that ends it; unlimited: none does
    milliseconds length_max{0};
    bool trims_silence = false;
    Track track = Track::inbound;
    bool is_dual = false;      // each side on a channel of its own
    bool runs_beside = false;  // all else that happens on the call
    std::string url;           // to upload to; empty: the switch keeps it
    std::string method;        // `PUT`, `POST`
    std::string format;        // `mp3`, `wav`; empty: the switch's own
    std::string name;
};

// Whom to call.
struct Target {
    enum class Kind : std::uint8_t {
        number,    // through a carrier
        sip,       // a SIP URI
        endpoint,  // a dial string of the switch, or a registered user's name
    };
    LegId leg = 0;
    Kind kind = Kind::number;
    std::string address;
    milliseconds delay{0};    // before it rings
    milliseconds timeout{0};  // of its ringing; unlimited: the dial's
    std::string username;     // for the far end's authentication
    std::string password;
    std::vector<std::pair<std::string, std::string>> headers;  // of the INVITE
};

struct Dial {
    std::vector<Target> targets;
    bool is_sequential = false;  // one after the other, else all at once
    milliseconds timeout{0};     // until one has answered
    std::string caller_id_name;  // empty: the call's own
    std::string caller_id_number;
    // What the caller hears until they are connected or the dial has failed, also while a callee
    // who has answered hears a whisper: media or a tone. Empty: the far end's, then the switch's
    // own.
    std::string ringback;
    bool ignores_early_media = false;
};

struct Conference {
    std::string room;
    bool is_muted = false;
    bool is_moderator = true;       // it begins when one is there
    bool ends_with_caller = false;  // all leave when this one does
    bool beeps_on_enter = true;
    bool beeps_on_exit = true;
    bool is_recorded = false;
    unsigned members_max = 0;  // 0: the switch's limit
    std::string label;
    std::string profile;                  // of the switch; empty: its default
    std::vector<std::string> hold_music;  // until it begins; none: silence
    bool plays_welcome = false;
};

struct Queue {
    std::string name;
    unsigned size_max = 0;   // 0: the switch's limit
    std::string hold_music;  // empty: whoever runs the call plays something
};

struct Speaking {  // speech input
    std::string language;
    std::string hints;
    std::string model;
    milliseconds begin_timeout{0};  // until speech begins; unlimited: until it is stopped
    milliseconds end_timeout{0};    // of silence behind speech; unlimited: the switch decides
    milliseconds length_max{0};
    bool filters_profanity = true;
    bool wants_partial = false;
};

// A stream of media to a web server, over WebSocket.
struct Stream {
    std::string url;
    std::string name;
    std::string tracks;  // `inbound_track`, `outbound_track`, `both_tracks`
    bool is_two_way = false;
    std::vector<std::pair<std::string, std::string>> parameters;
};

struct Transfer {
    std::string target;
    bool is_attended = false;
    bool moves_other_leg = false;  // the peer goes to the target, not the caller
};

}  // namespace pivot::execute
