#include "execute/verbs/recording_status.hpp"

#include <chrono>
#include <utility>

namespace pivot::execute::verbs {

Parameters recording_results(const RecordingEnded& recorded)
{
    const auto length = std::chrono::duration_cast<std::chrono::seconds>(recorded.duration);
    Parameters results;
    results.push_back({"RecordingUrl", recorded.url});
    if (!recorded.id.empty()) results.push_back({"RecordingSid", recorded.id});
    results.push_back({"RecordingDuration", std::to_string(length.count())});
    return results;
}

RecordingStatus::RecordingStatus(LiveCall& call, twiml::Element element, const Facts& facts)
    : call_(call), element_(element), facts_(facts), began_(date_now(call))
{
}

void RecordingStatus::tell_in_progress(const RecordingBegan& began) const
{
    Parameters parameters;
    if (!began.id.empty()) parameters.push_back({"RecordingSid", began.id});
    tell("in-progress", std::move(parameters));
}

void RecordingStatus::tell_completed(const RecordingEnded& recorded) const
{
    tell("completed", recording_results(recorded));
}

// It tells no more of the call than its id (twiml.md, section 6).
void RecordingStatus::tell(std::string_view status, Parameters parameters) const
{
    if (!lists(element_, Attribute::recording_status_callback_event, status)) return;
    const Call& call = call_.session().call();
    if (!call.account_id.empty()) parameters.push_back({"AccountSid", call.account_id});
    parameters.push_back({"CallSid", call.call_id});
    if (!facts_.room.empty()) parameters.push_back({"ConferenceSid", std::string(facts_.room)});
    parameters.push_back({"RecordingStatus", std::string(status)});
    parameters.push_back({"RecordingSource", std::string(facts_.source)});
    parameters.push_back({"RecordingTrack", std::string(facts_.track)});
    parameters.push_back({"RecordingChannels", facts_.is_dual ? "2" : "1"});
    parameters.push_back({"RecordingStartTime", began_});
    notify_alone(call_, element_, Attribute::recording_status_callback,
                 Attribute::recording_status_callback_method, std::move(parameters));
}

}  // namespace pivot::execute::verbs
