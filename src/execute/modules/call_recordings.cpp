#include "execute/modules/call_recordings.hpp"

#include "base/text.hpp"

#include <vector>

namespace pivot::execute::modules {

void begin_recording(LiveCall& call, FlowMemory& memory, const Recording& recording)
{
    const JobId job = call.begin(caller, recording);
    if (job == 0) return warn_of_failure(call, no_such_command);
    memory.recordings.push_back({job});
}

void warn_of_failure(LiveCall& call, std::string_view why)
{
    call.warn("record_call", with_reason("the switch could not record", why));
}

void begin_armed_recordings(LiveCall& call, FlowMemory& memory, ArmedRecording::Moment moment)
{
    std::erase_if(memory.armed_recordings, [&](const ArmedRecording& armed) {
        const bool is_due = armed.moment == moment;
        if (is_due) begin_recording(call, memory, armed.recording);
        return is_due;
    });
}

void keep_result(LiveCall& call, const RecordingEnded& ended)
{
    if (ended.url.empty()) return;
    const auto length = std::chrono::duration_cast<std::chrono::seconds>(ended.duration);
    call.session().set_recording(ended.url, ended.id, length.count());
}

}  // namespace pivot::execute::modules
