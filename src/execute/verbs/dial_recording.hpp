// The recording of those whom a Dial connects, if the document wants one.
//
//     record-from-ringing ─► ringing()                 ┐
//     record-from-answer, record-from-start,           ├─► finish() ─► results()
//     true ─► connected(), a room that begins, a queue ┘
//
// It is made on the caller's leg, and so it is of all that the caller says and hears, in a room
// too.
#pragma once

#include "execute/verbs/recording_status.hpp"

#include <optional>
#include <string_view>

namespace pivot::execute::verbs {

class DialRecording final : private Watcher {
public:
    // `element` says how: the Dial, or a Conference in it, whose room is named by `room`.
    DialRecording(LiveCall& call, twiml::Element element, std::string_view room);

    void ringing();
    void connected();

    // Ends it, and waits for what it came to.
    Task<> finish(Deadline& deadline);

    // RecordingUrl and so on; nothing, where there is no recording.
    Parameters results() const;

private:
    void begin();
    void warn_of_failure(std::string_view why);
    void note(const Event& event) override;

    LiveCall& call_;
    const twiml::Element element_;
    const std::string_view room_;
    const std::string_view when_;
    std::optional<RecordingStatus> status_;  // once it was asked for
    RecordingEnded recorded_;
    JobId job_ = 0;           // 0: it has not begun, or the switch cannot record
    bool has_begun_ = false;  // as the switch has told
    bool is_over_ = false;
};

// Whether the `record` of a Dial or of a Conference asks for a recording.
bool wants_recording(twiml::Element element);

// Whether `recordStoreMethod` says POST.
bool is_post(std::string_view store_method);

}  // namespace pivot::execute::verbs
