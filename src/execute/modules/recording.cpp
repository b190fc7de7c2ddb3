#include "execute/modules/recording.hpp"

#include "base/text.hpp"
#include "execute/modules/data.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/recording.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t length_s = 3'600;

// Of one call that run or wait for their moment: each document may begin more of them.
constexpr std::size_t recordings_max = 16;

// KAZOO's: five times below its threshold, a second each.
constexpr milliseconds silence_max{5'000};

Recording::Format format_of(std::string_view format)
{
    if (format == "mp3") return Recording::Format::mp3;
    if (format == "wav") return Recording::Format::wav;
    return Recording::Format::any;
}

Recording recording_of(const Work& work, json::Value data)
{
    Recording recording;
    recording.length_max = time(data, "time_limit", std::chrono::seconds(1), length_s);
    recording.url = name_in<WebUrl>(work, data, "url");
    recording.uploads_by_post = text(data, "method") == "post";
    recording.format = format_of(text(data, "format"));
    if (recording.format == Recording::Format::any && !text(data, "format").empty()) {
        work.warn(fmt::format("format \"{}\" is left out: there are mp3 and wav",
                              printable(text(data, "format"))));
    }
    return recording;
}

void begin(LiveCall& call, FlowMemory& memory, const Recording& recording)
{
    const JobId job = call.begin(JobKind::recording, caller, unlimited);
    memory.recordings.push_back({job});
    call.channel().record(caller, job, recording);
}

// The last that was begun and is not being stopped.
void stop_last(LiveCall& call, FlowMemory& memory)
{
    const auto last = std::find_if(memory.recordings.rbegin(), memory.recordings.rend(),
                                   [](const auto& running) { return !running.is_stopping; });
    if (last == memory.recordings.rend()) return;
    last->is_stopping = true;
    call.ask_to_stop(last->job);
}

Task<ModuleEnd> record_one(Work work, Recording recording, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    if (work.call.must_stop()) co_return stop();
    JobId job = 0;
    const RecordingEnded ended = co_await record(work.call, std::move(recording), job, deadline);
    keep(work.call, ended);
    if (ended.end == RecordingEnd::failed) co_return give_up(work, "the switch could not record");
    co_return go_on();
}

}  // namespace

void begin_armed(LiveCall& call, FlowMemory& memory, ArmedRecording::Moment moment)
{
    std::erase_if(memory.armed_recordings, [&](const ArmedRecording& armed) {
        const bool is_due = armed.moment == moment;
        if (is_due) begin(call, memory, armed.recording);
        return is_due;
    });
}

void keep(LiveCall& call, const RecordingEnded& ended)
{
    if (ended.url.empty()) return;
    const auto length = std::chrono::duration_cast<std::chrono::seconds>(ended.duration);
    call.session().set_recording(ended.url, ended.id, length.count());
}

Task<ModuleEnd> record_call(Work work, json::Value data, Deadline& deadline)
{
    FlowMemory& memory = work.memory;
    if (text(data, "action", "start") == "stop") {
        memory.armed_recordings.clear();
        stop_last(work.call, memory);
        return at_once(go_on(), deadline);
    }
    if (memory.armed_recordings.size() + memory.recordings.size() >= recordings_max) {
        return at_once(give_up(work, fmt::format("there are {} recordings, which is the limit",
                                                 recordings_max)),
                       deadline);
    }
    Recording recording = recording_of(work, data);
    recording.track = Recording::Track::both;
    recording.is_dual = true;
    recording.runs_beside = true;
    recording.name = name_in<FileName>(work, data, "media_name");
    const bool waits_for_bridge = is_true(data, "record_on_bridge");
    const bool waits_for_answer =
        is_true(data, "record_on_answer") && !work.call.channel().is_answered();
    if (!waits_for_bridge && !waits_for_answer) {
        begin(work.call, memory, recording);
        return at_once(go_on(), deadline);
    }
    ArmedRecording armed;
    armed.moment =
        waits_for_bridge ? ArmedRecording::Moment::bridge : ArmedRecording::Moment::answer;
    armed.recording = std::move(recording);
    memory.armed_recordings.push_back(std::move(armed));
    return at_once(go_on(), deadline);
}

Task<ModuleEnd> record_caller(Work work, json::Value data, Deadline& deadline)
{
    Recording recording = recording_of(work, data);
    recording.keys = KeySet::of(all_keys);
    recording.silence_max = silence_max;
    recording.name = FileName::of_id(work.call.session().call().call_id);
    return record_one(work, std::move(recording), deadline);
}

}  // namespace pivot::execute::modules
