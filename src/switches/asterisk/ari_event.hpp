// The events that Asterisk sends to an ARI application, as far as calls depend on them.
//
// An event of another kind, one without the fields that it needs, and a text that is not JSON are
// all read as no event: an application hears of much that does not concern it.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pivot::switches::asterisk {

// Each is empty if Asterisk does not know it.
struct ChannelFacts {
    std::string_view id;
    std::string_view name;         // `PJSIP/alice-00000001`
    std::string_view protocol_id;  // SIP's Call-ID
    std::string_view caller_name;
    std::string_view caller_number;
    std::string_view context;    // the dialplan's
    std::string_view extension;  // the called number
    std::string_view account;
    std::string_view language;
    std::string_view created;  // `2026-11-29T20:00:00.000+0000`
    bool is_up = false;
};

struct StasisStart {
    ChannelFacts channel;
    std::string_view replaced;  // after a transfer, the channel whose place it takes; else empty
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

// RecordingFinished, or RecordingFailed with its cause.
struct RecordingFinished {
    std::string_view channel;
    std::string_view name;
    bool has_failed;
    std::string_view cause;
};

struct ChannelHangupRequest {
    std::string_view channel;
    int cause;     // Q.850; 0 if not told
    int sip_code;  // 0 if not told
};

struct ChannelDestroyed {
    std::string_view channel;
    int cause;
    int sip_code;
};

// The progress of a leg that is being dialled.
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

// Reads a channel as Asterisk describes it everywhere. The texts live as long as their document.
ChannelFacts facts_of(const json::Value& channel);

// The channel that the event is about; empty if it is about none.
std::string_view channel_of(const AriEvent& event);

// The eventFilter for Asterisk: exactly the events that are read here. Otherwise it would also
// report every step in the dialplan, every variable, and the start of every playback.
std::string event_filter();

// Reads one event at a time, and keeps its memory for the next.
class EventReader {
public:
    // The texts of the event are valid until the next one is read.
    AriEvent read(std::string_view json);

private:
    static constexpr std::size_t depth_max = 32;

    json::Document document_{depth_max};
};

}  // namespace pivot::switches::asterisk
