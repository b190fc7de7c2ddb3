// record_call: records the call while the flow goes on.
#include "execute/modules/call_recordings.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/recording_data.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// Limits the recordings of a call that run or wait, as each document may begin more.
constexpr std::size_t recordings_max = 16;

// Stops the last recording that is not stopping yet.
void stop_last(LiveCall& call, FlowMemory& memory)
{
    const auto last = std::find_if(memory.recordings.rbegin(), memory.recordings.rend(),
                                   [](const auto& running) { return !running.is_stopping; });
    if (last == memory.recordings.rend()) return;
    last->is_stopping = true;
    call.ask_to_stop(last->job);
}

}  // namespace

Task<ModuleEnd> record_call(Work work, json::Value data, Deadline& deadline)
{
    FlowMemory& memory = work.memory;
    if (text(data, "action", "start") == "stop") {
        memory.armed_recordings.clear();
        stop_last(work.call, memory);
        return ready(go_on(), deadline);
    }
    if (memory.armed_recordings.size() + memory.recordings.size() >= recordings_max) {
        return ready(give_up(work, fmt::format("there are {} recordings, which is the limit",
                                               recordings_max)),
                     deadline);
    }
    Recording recording = recording_of(work, data);
    recording.track = Track::both;
    recording.is_dual = true;
    recording.runs_beside = true;
    recording.name = name_in<FileName>(work, data, "media_name");
    const bool waits_for_bridge = is_true(data, "record_on_bridge");
    const bool waits_for_answer = is_true(data, "record_on_answer") && !work.call.is_answered();
    if (!waits_for_bridge && !waits_for_answer) {
        begin_recording(work.call, memory, recording);
        return ready(go_on(), deadline);
    }
    ArmedRecording armed;
    armed.moment =
        waits_for_bridge ? ArmedRecording::Moment::bridge : ArmedRecording::Moment::answer;
    armed.recording = std::move(recording);
    memory.armed_recordings.push_back(std::move(armed));
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
