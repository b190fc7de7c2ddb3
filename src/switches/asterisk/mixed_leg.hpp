// Keeps the caller in a mix until the job is stopped.
//
// If two join at once, both ask for the bridge. Asterisk may then say that it cannot make it, or
// that it exists before it can be found. A moment later it can.
#pragma once

#include "switches/asterisk/job.hpp"

#include <string>

namespace pivot::switches::asterisk {

class MixedLeg final : public Job, private reactor::Timer {
public:
    MixedLeg(AriChannel& call, Leg& leg, JobId id, std::string mix, unsigned members_max)
        : Job(call, leg, id), mix_(std::move(mix)), members_max_(members_max)
    {
    }

    ~MixedLeg() override;

    void begin() override;
    void stop() override;
    void lose() override;

private:
    void fired() override;  // asks for the bridge
    void join(const Result<AriAnswer>& answer);
    void try_again(const Result<AriAnswer>& answer);
    void fail(const Result<AriAnswer>& answer);
    void leave();
    AriRequest member_request(std::string_view what) const;

    const std::string mix_;
    const unsigned members_max_;
    std::string bridge_;
    int tries_left_ = 20;
};

}  // namespace pivot::switches::asterisk
