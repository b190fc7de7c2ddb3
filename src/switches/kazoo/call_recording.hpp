// Records the caller, or both sides beside all else. KAZOO keeps the file until it has uploaded it
// to the URL that the recording names.
//
//     record ─► RECORD_STOP ─┬─ it says why ─────────────► told
//                            ├─ the marker ─► silence ───► told
//                            └─ the call is gone ────────► told as hung up
//
// A place is told only if KAZOO has told that there is a recording.
#pragma once

#include "reactor/timers.hpp"
#include "switches/kazoo/call_job.hpp"

#include <pivot/command.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace pivot::switches::kazoo {

class CallRecording final : public CallJob, private reactor::Timer {
public:
    CallRecording(PerformedCall& call, JobId id, const Recording& asked);
    ~CallRecording() override;

    void begin() override;
    void stop() override;
    void lose() override { conclude(RecordingEnd::hung_up); }
    void fail(std::string why) override;
    void pass() override;
    void hear(const CallEvent& event) override;
    bool is_recording() const override { return true; }

private:
    void fired() override;  // no event has told the result
    void wait_for_news();
    bool is_mine(const CallEvent& event) const;
    std::optional<RecordingEnd> reason_of(const CallEvent& event) const;
    RecordingEnd likely_reason() const;
    void conclude(RecordingEnd how);
    std::string url() const;

    const Recording asked_;
    std::string stem_;  // the file's name without its extension
    std::string name_;
    bool is_stopping_ = false;
    bool was_told_ = false;  // that it has begun
    bool is_made_ = false;   // RECORD_STOP has come
    char key_ = 0;
    Nanoseconds began_at_ = 0;
    std::chrono::milliseconds length_{0};
};

}  // namespace pivot::switches::kazoo
