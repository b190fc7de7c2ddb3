// record_caller: records the caller until they hang up, press a key or fall silent.
#include "base/text.hpp"
#include "execute/jobs/recording.hpp"
#include "execute/modules/call_recordings.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/recording_data.hpp"

#include <utility>

namespace pivot::execute::modules {

namespace {

// As in KAZOO, which stops after five silent seconds.
constexpr milliseconds silence_max{5'000};

Task<ModuleEnd> record_one(Work work, Recording recording, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    if (work.call.must_stop()) co_return stop();
    JobId job = 0;
    const RecordingEnded ended =
        co_await jobs::record(work.call, std::move(recording), job, deadline);
    keep_result(work.call, ended);
    if (ended.end == RecordingEnd::failed) {
        co_return give_up(work, with_reason("the switch could not record", ended.why));
    }
    co_return go_on();
}

}  // namespace

Task<ModuleEnd> record_caller(Work work, json::Value data, Deadline& deadline)
{
    Recording recording = recording_of(work, data);
    recording.keys = KeySet::of(all_keys);
    recording.silence_max = silence_max;
    recording.name = name_in<FileName>(work, data, "media_name");
    if (recording.name.empty()) {
        recording.name = FileName::of_id(work.call.session().call().call_id);
    }
    return record_one(work, std::move(recording), deadline);
}

}  // namespace pivot::execute::modules
