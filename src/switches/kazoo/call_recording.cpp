#include "switches/kazoo/call_recording.hpp"

#include "base/text.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using std::chrono::milliseconds;

// RECORD_STOP comes at once, or was lost.
constexpr Nanoseconds news_ns = 1'500 * millisecond_ns;

// Only characters that KAZOO does not encode in a file's name.
std::string plain_name(std::string_view text)
{
    std::string name(text);
    const auto is_plain = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
    for (char& c : name) c = is_plain(c) ? c : '_';
    return name;
}

std::string_view ending_of(Recording::Format format)
{
    return format == Recording::Format::wav ? ".wav" : ".mp3";
}

}  // namespace

CallRecording::CallRecording(PerformedCall& call, JobId id, const Recording& asked)
    : CallJob(call, id), asked_(asked)
{
    const std::string own =
        fmt::format("call_recording_{}_{}", plain_name(call.identity().call_id), id);
    stem_ = asked_.name.empty() ? own : plain_name(asked_.name.text());
    name_ = stem_;
    name_ += ending_of(asked_.format);
}

CallRecording::~CallRecording()
{
    call().reactor().timers().stop(*this);
}

void CallRecording::begin()
{
    const std::string& id = call().identity().call_id;
    began_at_ = call().reactor().now();
    if (asked_.runs_beside) {
        call().command(*this, record_call_command(id, true, name_, asked_));
        return;
    }
    const Variables target = {{"Media-Name", name_},
                              {"Media-Transfer-Method", asked_.uploads_by_post ? "post" : "put"},
                              {"Media-Transfer-Destination", asked_.url.text()}};
    call().queue(*this, {set_command(id, target), record_command(id, name_, asked_)});
}

void CallRecording::stop()
{
    if (std::exchange(is_stopping_, true)) return;
    if (!asked_.runs_beside) return call().flush(*this);
    const std::string& id = call().identity().call_id;
    call().command(*this, record_call_command(id, false, name_, asked_));
    wait_for_news();
}

void CallRecording::wait_for_news()
{
    reactor::Reactor& reactor = call().reactor();
    reactor.timers().set(*this, reactor.now() + news_ns);
}

void CallRecording::fired()
{
    conclude(likely_reason());
}

// The command has ended. Its own event is still on its way, or was lost.
void CallRecording::pass()
{
    if (is_made_) return conclude(likely_reason());
    wait_for_news();
}

// A path ends in the file's name. A switch that tells no path means its only recording.
bool CallRecording::is_mine(const CallEvent& event) const
{
    return event.response.find(stem_) != std::string::npos || call().has_one_recording();
}

void CallRecording::hear(const CallEvent& event)
{
    const bool begins = event.kind == CallEvent::Kind::record_began;
    if (!begins && event.kind != CallEvent::Kind::recorded) return;
    if (!is_mine(event)) return;
    if (!std::exchange(was_told_, true)) tell(RecordingBegan{id(), stem_});
    if (begins) {
        began_at_ = call().reactor().now();
        return;
    }
    is_made_ = true;
    key_ = event.pressed;
    length_ = event.length;
    if (const auto how = reason_of(event)) return conclude(*how);
    if (asked_.runs_beside) wait_for_news();  // for the end of the call
}

std::optional<RecordingEnd> CallRecording::reason_of(const CallEvent& event) const
{
    constexpr milliseconds tolerance{500};
    if (event.pressed != 0) return RecordingEnd::key;
    if (is_stopping_) return RecordingEnd::stopped;
    if (event.was_silent) return RecordingEnd::silence;
    const bool is_limited = asked_.length_max.count() > 0;
    if (is_limited && event.length + tolerance >= asked_.length_max) return RecordingEnd::limit;
    return std::nullopt;
}

// While the caller is still there.
RecordingEnd CallRecording::likely_reason() const
{
    if (is_stopping_ || asked_.runs_beside) return RecordingEnd::stopped;
    return asked_.silence_max.count() > 0 ? RecordingEnd::silence : RecordingEnd::limit;
}

// The URL to which KAZOO uploads it.
std::string CallRecording::url() const
{
    std::string_view base = asked_.url.text();
    while (base.ends_with('/')) base.remove_suffix(1);
    return fmt::format("{}/{}", base, name_);
}

void CallRecording::conclude(RecordingEnd how)
{
    RecordingEnded ended;
    ended.job = id();
    ended.end = how;
    ended.key = how == RecordingEnd::key ? key_ : '\0';
    if (is_made_) {
        ended.url = url();
        ended.id = stem_;
        const std::chrono::nanoseconds lasted(call().reactor().now() - began_at_);
        ended.duration =
            length_.count() > 0 ? length_ : std::chrono::duration_cast<milliseconds>(lasted);
    }
    end(std::move(ended));
}

void CallRecording::fail(std::string why)
{
    RecordingEnded ended;
    ended.job = id();
    ended.end = RecordingEnd::failed;
    ended.why = std::move(why);
    end(std::move(ended));
}

}  // namespace pivot::switches::kazoo
