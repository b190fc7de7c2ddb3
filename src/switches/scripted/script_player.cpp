#include "switches/scripted/script_player.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

constexpr milliseconds between_keys{200};

std::string shown_deed(const Deed& deed)
{
    return fmt::format("{} {}", deed.actor, deed.text);
}

}  // namespace

void ScriptPlayer::play()
{
    if (is_playing_) return;  // what a step does comes back here
    is_playing_ = true;
    while (next_ < steps_.size() && !is_waiting_ && perform(steps_[next_])) ++next_;
    is_playing_ = false;
}

void ScriptPlayer::took(const Deed& deed)
{
    deeds_.push_back(deed);
    play();
}

bool ScriptPlayer::perform(const Step& step)
{
    switch (step.kind) {
        case Step::Kind::wait_for:
        case Step::Kind::expect: return find(step);
        case Step::Kind::expect_no_warnings: return channel_.is_over();
        case Step::Kind::wait: go_on_after(step.time); return true;
        case Step::Kind::press: {
            milliseconds time = step.time;
            for (const char key : step.words) {
                channel_.after(time, [this, key] { channel_.press(key); });
                time += between_keys;
            }
            go_on_after(time - between_keys);
            return true;
        }
        case Step::Kind::speak:
            channel_.after(step.time, [this, words = step.words] { channel_.speak(words); });
            return true;
        case Step::Kind::hang_up:
            channel_.after(step.time, [this] {
                channel_.note("CALLER", "caller hang up", "", "hangs up");
                channel_.hang_up_caller();
            });
            return true;
        case Step::Kind::caller: channel_.caller_behaviour() = step.caller_behaviour; return true;
        case Step::Kind::leg: set_leg(step); return true;
        case Step::Kind::queue: channel_.queue_behaviour() = step.queue_behaviour; return true;
        case Step::Kind::room: channel_.room_behaviour() = step.room_behaviour; return true;
    }
    return true;
}

void ScriptPlayer::go_on_after(milliseconds time)
{
    is_waiting_ = true;
    channel_.after(time, [this] {
        is_waiting_ = false;
        play();
    });
}

bool ScriptPlayer::find(const Step& step)
{
    for (; seen_ < deeds_.size(); ++seen_) {
        if (!matches(step, deeds_[seen_])) continue;
        ++seen_;
        return true;
    }
    return false;
}

void ScriptPlayer::set_leg(const Step& step)
{
    if (step.place != 0) {
        channel_.set_behaviour(step.place, step.leg);
    } else if (!step.address.empty()) {
        channel_.set_behaviour(step.address, step.leg);
    } else {
        channel_.set_behaviour(step.leg);
    }
}

std::optional<std::string> ScriptPlayer::failure() const
{
    for (std::size_t i = next_; i < steps_.size(); ++i) {
        const Step& step = steps_[i];
        if (step.kind == Step::Kind::expect_no_warnings) {
            const auto warning = std::ranges::find(deeds_, "warning", &Deed::kind);
            if (warning == deeds_.end()) continue;
            return fmt::format("{}: `{}` was not met: {}", step.line, step.text,
                               shown_deed(*warning));
        }
        if (step.kind != Step::Kind::expect && step.kind != Step::Kind::wait_for) continue;
        const auto same = std::ranges::find_if(
            deeds_, [&step](const Deed& deed) { return deed.kind == step.deed; });
        const std::string instead =
            same != deeds_.end() ? "there was: " + shown_deed(*same)
            : deeds_.empty()
                ? "nothing was done at all"
                : "nothing of the kind was done; the last was: " + shown_deed(deeds_.back());
        return fmt::format("{}: `{}` was not met; {}", step.line, step.text, instead);
    }
    return std::nullopt;
}

}  // namespace pivot::switches::scripted
