#include "switches/asterisk/recording_leg.hpp"

#include "http/status.hpp"
#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/asterisk/wav_file.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

std::int64_t seconds_up(std::chrono::milliseconds time)
{
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

std::string_view spy_of(Track track)
{
    switch (track) {
        case Track::inbound: return "in";
        case Track::outbound: return "out";
        case Track::both: break;
    }
    return "both";
}

// The engine's path ends in the extension of the requested format.
std::string wav_path(std::string path)
{
    constexpr std::string_view other = ".mp3";
    if (path.ends_with(other)) path.replace(path.size() - other.size(), other.size(), ".wav");
    return path;
}

// The engine names files by ids of its own.
std::string_view id_of(std::string_view path)
{
    path.remove_prefix(path.rfind('/') + 1);
    return path.substr(0, path.find('.'));
}

// A fresh Debian lacks the folder, and Asterisk does not create it.
std::string why_not_recorded(const Result<AriAnswer>& answer)
{
    std::string why = why_of(answer);
    if (answer && answer->status == http::status::internal_server_error) {
        why += ": does its spool folder have a folder `recording` that it can write to?";
    }
    return why;
}

}  // namespace

RecordingLeg::RecordingLeg(AriChannel& call, Leg& leg, JobId id, const Recording& recording)
    : Job(call, leg, id), asked_(recording)
{
}

RecordingLeg::~RecordingLeg()
{
    stop_timer();
    switchboard().names.drop(name_);
}

void RecordingLeg::stop_timer()
{
    switchboard().reactor.timers().stop(*this);
}

void RecordingLeg::begin()
{
    name_ = switchboard().names.recording(id_of(asked_.file.text()), call().id());
    id_told_ = asked_.name.empty() ? name_ : asked_.name.text();
    if (asked_.runs_beside || asked_.track != Track::inbound) return begin_beside();
    record(target("/record"));
}

// Recording begins when Asterisk has reported the channel in the application.
void RecordingLeg::begin_beside()
{
    snoop_ = switchboard().names.next();
    call().own(snoop_);
    Body body;
    body.add("spy", spy_of(asked_.track)).add("app", switchboard().settings.application);
    body.add("appArgs", "leg");
    ask(post_request(target("/snoop/" + snoop_), body.take()),
        [this](const Result<AriAnswer>& answer) {
            if (!has_succeeded(answer)) fail(why_of(answer));
        });
}

void RecordingLeg::hear_entered(std::string_view channel)
{
    if (channel == snoop_ && !how_) record(target_of("channels", snoop_, "/record"));
}

void RecordingLeg::record(std::string target)
{
    Body body;
    body.add("name", name_).add("format", "wav").add("ifExists", "overwrite");
    body.add("terminateOn", "none");
    if (asked_.silence_max.count() > 0) {
        body.add("maxSilenceSeconds", seconds_up(asked_.silence_max));
    }
    ask(post_request(std::move(target), body.take()), [this](const Result<AriAnswer>& answer) {
        if (has_succeeded(answer) || is_over_) return;
        if (!is_gone(answer)) return fail(why_not_recorded(answer));
        how_ = how_.value_or(RecordingEnd::hung_up);
        tell_end("");
    });
}

void RecordingLeg::hear(const RecordingStarted& started)
{
    if (started.name != name_ || began_at_ != 0) return;
    reactor::Reactor& reactor = switchboard().reactor;
    began_at_ = reactor.now();
    if (asked_.length_max.count() > 0 && !how_) {
        const std::chrono::nanoseconds length = asked_.length_max;
        reactor.timers().set(*this, began_at_ + length.count());
    }
    tell(RecordingBegan{id(), id_told_});
}

void RecordingLeg::hear_key(char key)
{
    if (how_ || asked_.keys.text().find(key) == std::string::npos) return;
    key_ = key;
    end_recording(RecordingEnd::key);
}

void RecordingLeg::fired()
{
    end_recording(RecordingEnd::limit);
}

void RecordingLeg::stop()
{
    if (how_ || is_over_) return;
    if (withdraw()) {
        how_ = RecordingEnd::stopped;
        return tell_end("");
    }
    end_recording(RecordingEnd::stopped);
}

void RecordingLeg::end_recording(RecordingEnd how)
{
    if (how_ || is_over_) return;
    how_ = how;
    stop_timer();
    ask_now(post_request(target_of("recordings/live", name_, "/stop")),
            [this](const Result<AriAnswer>& answer) {
                // It has ended by itself, or cannot be ended. Use what there is.
                if (!has_succeeded(answer)) finish();
            });
}

void RecordingLeg::look_again()
{
    if (began_at_ == 0 || is_over_) return;
    ask_now(get_request(target_of("recordings/live", name_)),
            [this](const Result<AriAnswer>& answer) {
                if (is_gone(answer)) finish();
            });
}

void RecordingLeg::hear(const RecordingFinished& finished)
{
    if (finished.name != name_ || is_over_) return;
    if (finished.has_failed) return fail("Asterisk: " + std::string(finished.cause));
    finish();
}

// Keeps what has been recorded so far.
void RecordingLeg::lose()
{
    how_ = how_.value_or(RecordingEnd::hung_up);
    finish();
}

void RecordingLeg::finish()
{
    if (std::exchange(is_over_, true)) return;
    stop_timer();
    const bool was_silent = asked_.silence_max.count() > 0 && !leg().is_hanging_up;
    how_ = how_.value_or(was_silent ? RecordingEnd::silence : RecordingEnd::hung_up);
    if (began_at_ == 0) return tell_end("");
    const std::chrono::nanoseconds lasted(switchboard().reactor.now() - began_at_);
    duration_ = std::chrono::duration_cast<std::chrono::milliseconds>(lasted);
    if (asked_.file.empty()) return tell_end("recording:" + name_);
    fetch();
}

void RecordingLeg::fetch()
{
    ask(recording_request(name_), [this](const Result<AriAnswer>& answer) { fetched(answer); });
}

void RecordingLeg::fetched(const Result<AriAnswer>& answer)
{
    if (is_gone(answer)) return tell_end("");
    if (!has_succeeded(answer)) return fail(why_of(answer));
    reactor::Reactor& reactor = switchboard().reactor;
    switchboard().scope.spawn(keep(answer->body, reactor));
}

// The job only ends in here, so it still exists.
reactor::Task<> RecordingLeg::keep(std::string wav, reactor::Reactor& reactor)
{
    const auto length = length_of(wav);
    const bool is_empty = length.count() == 0;
    const std::string path = wav_path(asked_.file.text());
    std::string error;
    if (!is_empty) {
        duration_ = length;
        auto written = co_await write_file(path, wav, reactor);
        error = std::move(written);
    }
    if (!error.empty()) {
        fail(std::move(error));
    } else {
        ask(delete_request(target_of("recordings/stored", name_)));
        tell_end(is_empty ? std::string() : path);
    }
}

void RecordingLeg::drop_snoop()
{
    if (snoop_.empty()) return;
    call().disown(snoop_);
    ask(delete_request(target_of("channels", snoop_)));
    snoop_.clear();
}

void RecordingLeg::tell_end(std::string url)
{
    is_over_ = true;
    drop_snoop();
    RecordingEnded ended;
    ended.job = id();
    ended.end = how_.value_or(RecordingEnd::stopped);
    ended.key = ended.end == RecordingEnd::key ? key_ : '\0';
    ended.url = std::move(url);
    ended.id = id_told_;
    ended.duration = duration_;
    call().note(
        fmt::format("has recorded {:.1f} s", static_cast<double>(duration_.count()) / 1000));
    end(std::move(ended));
}

void RecordingLeg::fail(std::string why)
{
    is_over_ = true;
    stop_timer();
    drop_snoop();
    RecordingEnded ended;
    ended.job = id();
    ended.end = RecordingEnd::failed;
    ended.id = id_told_;
    ended.why = std::move(why);
    end(std::move(ended));
}

}  // namespace pivot::switches::asterisk
