// What a web server is told of a recording.
#pragma once

#include "execute/verbs/verb.hpp"

#include <string>
#include <string_view>

namespace pivot::execute::verbs {

// What goes with the request that is about it: RecordingUrl, RecordingSid, RecordingDuration.
Parameters recording_results(const RecordingEnded& recorded);

// Tells the `recordingStatusCallback` of an element of one recording, which begins now.
class RecordingStatus {
public:
    struct Facts {
        std::string_view source;  // RecordingSource: `RecordVerb`, `DialVerb`, `Conference`
        std::string_view room;    // ConferenceSid; empty: it is not a room's
        std::string_view track;   // RecordingTrack: `inbound`, `outbound`, `both`
        bool is_dual = false;     // each side on a channel of its own
    };

    RecordingStatus(LiveCall& call, twiml::Element element, const Facts& facts);

    void tell_in_progress(const RecordingBegan& began) const;
    void tell_completed(const RecordingEnded& recorded) const;
    void tell_absent() const { tell("absent", {}); }

private:
    void tell(std::string_view status, Parameters parameters) const;

    LiveCall& call_;
    const twiml::Element element_;
    const Facts facts_;
    const std::string began_;
};

}  // namespace pivot::execute::verbs
