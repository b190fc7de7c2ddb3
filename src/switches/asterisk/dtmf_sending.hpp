// Sends DTMF to the far end of a leg, one key after the other.
//
// Asterisk only reports that a key is queued, so the clock decides when it has been sent.
#pragma once

#include "switches/asterisk/job.hpp"

#include <pivot/checked_text.hpp>

#include <chrono>

namespace pivot::switches::asterisk {

class DtmfSending final : public Job, private reactor::Timer {
public:
    DtmfSending(AriChannel& call, Leg& leg, JobId id, const KeySequence& keys,
                std::chrono::milliseconds key_length);
    ~DtmfSending() override;

    void begin() override { fired(); }
    void stop() override { end(JobEnd::stopped); }
    void lose() override { end(JobEnd::stopped); }

private:
    void fired() override;  // the next key is due
    void wait(std::chrono::nanoseconds time);
    void sent(const Result<AriAnswer>& answer);

    const std::string keys_;
    const std::chrono::milliseconds key_length_;
    std::size_t next_ = 0;
};

}  // namespace pivot::switches::asterisk
