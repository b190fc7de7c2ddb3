// What Asterisk tells an application of ARI, as far as calls depend on it.
//
// An event of another kind, one without the fields that it needs and one that is not JSON at all
// are nothing: an application hears of much that is not its business.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pivot::switches::asterisk {

// Each is empty where Asterisk does not know.
struct ChannelFacts {
    std::string_view id;
    std::string_view name;         // `PJSIP/alice-00000001`
    std::string_view protocol_id;  // SIP's Call-ID
    std::string_view caller_name;
    std::string_view caller_number;
    std::string_view context;    // of the dialplan
    std::string_view extension;  // the called number
    std::string_view account;
    std::string_view language;
    bool is_up = false;
};

struct StasisStart {
    ChannelFacts channel;
    std::string_view replaced;  // the channel whose place it takes, after a transfer; else empty
    std::vector<std::string_view> arguments;
};

struct StasisEnd {
    std::string_view channel;
};

struct ChannelStateChange {
    std::string_view channel;
    std::string_view state;  // `Ringing`, `Up`
};

struct ChannelDtmfReceived {
    std::string_view channel;
    char key;
};

struct PlaybackFinished {
    std::string_view channel;
    std::string_view playback;
    bool has_failed;
};

struct RecordingStarted {
    std::string_view channel;
    std::string_view name;
};

// It is over: RecordingFinished, or RecordingFailed with its cause.
struct RecordingFinished {
    std::string_view channel;
    std::string_view name;
    bool has_failed;
    std::string_view cause;
};

struct ChannelHangupRequest {
    std::string_view channel;
    int cause;     // of Q.850; 0: not told
    int sip_code;  // 0: not told
};

struct ChannelDestroyed {
    std::string_view channel;
    int cause;
    int sip_code;
};

// How far a leg that is dialled has come.
struct DialProgress {
    std::string_view channel;
    std::string_view status;  // `RINGING`, `PROGRESS`, `ANSWER`, `BUSY`, `CONGESTION`, …
};

// Another client has registered the application.
struct ApplicationReplaced {};

using AriEvent =
    std::variant<std::monostate, StasisStart, StasisEnd, ChannelStateChange, ChannelDtmfReceived,
                 PlaybackFinished, RecordingStarted, RecordingFinished, ChannelHangupRequest,
                 ChannelDestroyed, DialProgress, ApplicationReplaced>;

// Whose event it is; empty if it is not about a channel.
std::string_view channel_of(const AriEvent& event);

// What Asterisk is to tell, as its eventFilter has it: all that is read here, and nothing else. Of
// each step in the dialplan, each variable and each playback that starts it would tell, too.
std::string event_filter();

// Reads one event at a time, and keeps its memory for the next.
class EventReader {
public:
    // The event's texts are valid until the next one is read.
    AriEvent read(std::string_view json);

private:
    static constexpr std::size_t depth_max = 32;

    json::Document document_{depth_max};
};

}  // namespace pivot::switches::asterisk
