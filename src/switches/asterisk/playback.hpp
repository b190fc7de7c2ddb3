// Plays a file, a sound of Asterisk's, tones or music on hold to a leg.
#pragma once

#include "switches/asterisk/job.hpp"
#include "switches/asterisk/offered_sounds.hpp"

#include <pivot/command.hpp>

#include <optional>
#include <string>

namespace pivot::switches::asterisk {

class Playback final : public Job, private reactor::Timer {
public:
    Playback(AriChannel& call, Leg& leg, JobId id, const Media& media);
    ~Playback() override;

    void begin() override;
    void stop() override;
    void lose() override { end(JobEnd::stopped); }
    void look_again() override;
    void hear(const PlaybackFinished& finished) override;

private:
    void fired() override;  // tones have lasted long enough
    void offer();
    void begin_music();
    void stop_music();
    void play_once();
    void began(const Result<AriAnswer>& answer);
    void stop_playback();
    std::string why_it_failed() const;

    const Media media_;
    unsigned loops_left_;                        // 0 means for ever
    std::optional<OfferedSounds::Offer> offer_;  // nothing: Asterisk has the sound
    std::string uri_;                            // in ARI's form
    std::string playback_;
    Nanoseconds began_at_ = 0;  // this repetition
    JobEnd end_ = JobEnd::finished;
    bool is_stopping_ = false;
    bool was_repeated_ = false;  // after a failed fetch
};

}  // namespace pivot::switches::asterisk
