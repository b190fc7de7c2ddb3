#include "execute/verbs/streams.hpp"

#include "base/text.hpp"
#include "execute/verbs/verb.hpp"

#include <algorithm>
#include <utility>

namespace pivot::execute::verbs {

void Streams::begin(JobId job, std::string name, Callback callback, std::string where)
{
    Running stream;
    stream.job = job;
    stream.name = std::move(name);
    stream.callback = std::move(callback);
    stream.where = std::move(where);
    running_.push_back(std::move(stream));
}

void Streams::refuse(std::string name, const Callback& callback, std::string_view why)
{
    Running stream;
    stream.name = std::move(name);
    stream.callback = callback;
    tell(stream, "stream-error", why);
}

bool Streams::stop(std::string_view name)
{
    const auto found = std::ranges::find_if(running_, [name](const Running& stream) {
        return stream.name == name && !stream.is_stopping;
    });
    if (found == running_.end()) return false;
    found->is_stopping = true;
    call_.ask_to_stop(found->job);
    return true;
}

void Streams::note(const Event& event)
{
    if (const auto* began = std::get_if<StreamBegan>(&event)) {
        const auto found = std::ranges::find(running_, began->job, &Running::job);
        if (found == running_.end()) return;
        found->id = began->id;
        tell(*found, "stream-started", "");
        return;
    }
    const JobId job = job_ended(event);
    const auto found = std::ranges::find(running_, job, &Running::job);
    if (job == 0 || found == running_.end()) return;
    const Running stream = std::move(*found);
    running_.erase(found);
    const auto* ended = std::get_if<JobEnded>(&event);
    const std::string failure = ended == nullptr ? std::string() : failure_of(*ended);
    if (!failure.empty()) {
        call_.warn(stream.where, "Stream: " + failure);
        tell(stream, "stream-error", failure);
    } else {
        tell(stream, "stream-stopped", "");
    }
}

std::string Streams::failure_of(const JobEnded& ended)
{
    if (ended.end != JobEnd::failed) return {};
    return with_reason("the switch could not stream, or the other side broke off", ended.why);
}

void Streams::end()
{
    for (const Running& stream : std::exchange(running_, {})) tell(stream, "stream-stopped", "");
}

void Streams::tell(const Running& stream, std::string_view event, std::string_view error) const
{
    if (stream.callback.url.empty()) return;
    Parameters parameters;
    parameters.push_back({"StreamSid", stream.id.empty() ? stream.name : stream.id});
    parameters.push_back({"StreamName", stream.name});
    parameters.push_back({"StreamEvent", std::string(event)});
    parameters.push_back({"Timestamp", iso_date_now(call_)});
    if (!error.empty()) parameters.push_back({"StreamError", std::string(error)});
    call_.session().notify(stream.callback.url, stream.callback.method, std::move(parameters),
                           true);
}

}  // namespace pivot::execute::verbs
