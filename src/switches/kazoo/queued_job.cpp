#include "switches/kazoo/queued_job.hpp"

#include "base/text.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

void QueuedJob::begin()
{
    std::vector<std::string> commands;
    call().open_media(commands);
    commands.push_back(std::move(command_));
    call().queue(*this, std::move(commands));
}

// The next command is queued after that, so nobody waits for the marker.
void QueuedJob::stop()
{
    call().flush(*this);
    end(JobEnd::stopped);
}

// FreeSWITCH reports a failure in capitals, and goes on.
void QueuedJob::hear(const CallEvent& event)
{
    if (event.kind != CallEvent::Kind::completed) return;
    const std::string& response = event.response;
    const bool has_failed = response == "FILE NOT FOUND" || response == "PLAYBACK ERROR";
    if (has_failed) why_ = fmt::format("KAZOO's switch says {}", response);
}

}  // namespace pivot::switches::kazoo
