// Connects the caller with a leg in a bridge of their own, until one of them hangs up or the engine
// separates them.
#pragma once

#include "switches/asterisk/job.hpp"

#include <string>

namespace pivot::switches::asterisk {

class AriBridge final : public Job {
public:
    using Job::Job;

    void begin() override;
    void stop() override { part({}); }
    void lose() override { part({}); }

private:
    void join(const Result<AriAnswer>& answer);
    void part(std::string why);

    std::string bridge_;
};

}  // namespace pivot::switches::asterisk
