// Records a leg, and fetches the file. A recording in the background, or of what the leg hears, is
// made by a channel of its own that listens to the leg (`snoop`).
//
//     record ─► RecordingStarted ─► a key, the limit, stop(), silence, a hang-up
//                                        ─► RecordingFinished ─► file fetched, written ─► told
//
// Asterisk only checks its own limits while the caller sends audio, so keys and the limit are
// watched here.
#pragma once

#include "reactor/task.hpp"
#include "switches/asterisk/job.hpp"

#include <pivot/command.hpp>

#include <optional>

namespace pivot::switches::asterisk {

class RecordingLeg final : public Job, private reactor::Timer {
public:
    RecordingLeg(AriChannel& call, Leg& leg, JobId id, const Recording& recording);
    ~RecordingLeg() override;

    void begin() override;
    void stop() override;
    void lose() override;
    void look_again() override;
    void hear(const RecordingStarted& started) override;
    void hear(const RecordingFinished& finished) override;
    void hear_key(char key) override;
    void hear_entered(std::string_view channel) override;

private:
    void fired() override;  // the limit is reached
    void begin_beside();
    void record(std::string target);
    void end_recording(RecordingEnd how);
    void finish();
    void stop_timer();
    void fetch();
    void fetched(const Result<AriAnswer>& answer);
    reactor::Task<> keep(std::string wav, reactor::Reactor& reactor);
    void drop_snoop();
    void tell_end(std::string url);
    void fail(std::string why);

    const Recording asked_;
    std::string name_;   // in Asterisk
    std::string snoop_;  // the channel that listens; empty if there is none
    std::string id_told_;
    std::optional<RecordingEnd> how_;
    char key_ = 0;
    bool is_over_ = false;  // for Asterisk
    Nanoseconds began_at_ = 0;
    std::chrono::milliseconds duration_{0};
};

}  // namespace pivot::switches::asterisk
