#include "switches/scripted/script_player.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

constexpr milliseconds between_keys{200};
constexpr std::size_t shown_max = 20;  // deeds behind a step that did not come true

bool is_of_whole_call(const Step& step)
{
    return step.kind == Step::Kind::expect_no_warnings || step.kind == Step::Kind::expect_callback;
}

}  // namespace

void ScriptPlayer::play()
{
    if (is_playing_) return;  // what a step does comes back here
    is_playing_ = true;
    while (next_ < steps_.size() && !is_waiting_ && perform(steps_[next_])) ++next_;
    is_playing_ = false;
}

// Behind the end of a call no time passes.
void ScriptPlayer::took(const Deed& deed)
{
    deeds_.push_back(deed);
    if (channel_.is_over()) is_waiting_ = false;
    play();
}

bool ScriptPlayer::perform(const Step& step)
{
    switch (step.kind) {
        case Step::Kind::wait_for:
        case Step::Kind::expect: return find(step);
        case Step::Kind::expect_callback:
        case Step::Kind::expect_no_warnings: return true;  // see failures()
        case Step::Kind::wait: return channel_.is_over() || act(step.time, nullptr);
        case Step::Kind::press: return press(step);
        case Step::Kind::speak:
            return act(step.time, [this, words = step.words] {
                pass_what_was_done();
                channel_.speak(words);
            });
        case Step::Kind::hang_up:
            return act(step.time, [this] {
                pass_what_was_done();
                channel_.note("CALLER", "caller hang up", "", "hangs up");
                channel_.hang_up_caller();
            });
        case Step::Kind::someone_joins: return act(step.time, [this] { channel_.join_someone(); });
        case Step::Kind::someone_leaves: return act(step.time, [this] { channel_.part_someone(); });
        case Step::Kind::plan_dial: channel_.plan(step.dial); return true;
        case Step::Kind::plan_talk: channel_.plan(step.talk); return true;
        case Step::Kind::plan_queue: channel_.plan(step.queue); return true;
        case Step::Kind::plan_room: channel_.plan(step.room); return true;
    }
    return true;
}

// A step that takes its time is done when that has passed; false, as it is not done now.
bool ScriptPlayer::act(milliseconds after, std::function<void()> deed)
{
    if (channel_.is_over()) return false;
    is_waiting_ = true;
    channel_.after(after, [this, deed = std::move(deed)] {
        if (deed == nullptr) return go_on();
        is_playing_ = true;  // what comes of the deed belongs to the steps behind it
        deed();
        is_playing_ = false;
        go_on();
    });
    return false;
}

void ScriptPlayer::go_on()
{
    is_waiting_ = false;
    ++next_;
    play();
}

bool ScriptPlayer::press(const Step& step)
{
    if (channel_.is_over()) return false;
    milliseconds time = step.time;
    for (std::size_t i = 0; i + 1 < step.words.size(); ++i) {
        channel_.after(time, [this, i, key = step.words[i]] {
            if (i == 0) pass_what_was_done();
            channel_.press(key);
        });
        time += between_keys;
    }
    return act(time, [this, is_first = step.words.size() == 1, key = step.words.back()] {
        if (is_first) pass_what_was_done();
        channel_.press(key);
    });
}

// Several steps can expect the addresses of one dial.
bool ScriptPlayer::find_in_last_dial(const Step& step)
{
    const bool is_behind_one = since_step_ != nullptr && since_step_->deed == "dial";
    if (step.deed != "dial" || !is_behind_one) return false;
    if (!take_address(step, deeds_[met_.back()])) return false;
    since_step_ = &step;
    return true;
}

bool ScriptPlayer::find(const Step& step)
{
    if (find_in_last_dial(step)) return true;
    for (; looked_ < deeds_.size(); ++looked_) {
        if (!matches(step, deeds_[looked_])) continue;
        if (step.deed == "dial") take_address(step, deeds_[looked_]);
        met_.push_back(looked_++);
        since_ = looked_;
        since_step_ = &step;
        return true;
    }
    return false;
}

void ScriptPlayer::pass_what_was_done()
{
    since_ = looked_ = deeds_.size();
    since_step_ = &steps_[next_];
}

std::vector<std::string> ScriptPlayer::failures() const
{
    std::vector<std::string> failures;
    if (next_ < steps_.size()) failures.push_back(unmet(steps_[next_]));
    for (const Step& step : steps_) {
        if (!is_of_whole_call(step)) continue;
        const bool wants_one = step.kind == Step::Kind::expect_callback;
        const auto found =
            std::ranges::find_if(deeds_, [&](const Deed& deed) { return matches(step, deed); });
        if ((found != deeds_.end()) == wants_one) continue;
        const auto shown =
            std::ranges::find_if(deeds_, [&](const Deed& deed) { return is_about(step, deed); });
        failures.push_back(
            shown == deeds_.end()
                ? fmt::format("{}: `{}` did not come true in the whole call", step.line, step.text)
                : fmt::format("{}: `{}` did not come true; there was:\n  {}", step.line, step.text,
                              line_of(*shown)));
    }
    return failures;
}

std::string ScriptPlayer::unmet(const Step& step) const
{
    const bool is_awaited = step.kind == Step::Kind::wait_for || step.kind == Step::Kind::expect;
    std::string text =
        is_awaited ? fmt::format("{}: `{}` did not come true", step.line, step.text)
                   : fmt::format("{}: `{}` was not done: the call was over", step.line, step.text);
    const std::string where =
        since_step_ == nullptr
            ? std::string("since the call began")
            : fmt::format("since line {} (`{}`)", since_step_->line, since_step_->text);
    if (since_ == deeds_.size()) return fmt::format("{}; nothing happened {}", text, where);
    return fmt::format("{}; what happened {}:{}", text, where, done_since(since_));
}

std::string ScriptPlayer::done_since(std::size_t first) const
{
    std::string text;
    const std::size_t count = deeds_.size() - first;
    for (std::size_t i = first; i < deeds_.size(); ++i) {
        const bool is_hidden =
            count > shown_max && i - first >= shown_max / 2 && deeds_.size() - i > shown_max / 2;
        if (!is_hidden) text += "\n  " + line_of(deeds_[i]);
        const bool hides_first = is_hidden && i - first == shown_max / 2;
        if (hides_first) text += fmt::format("\n  … {} more …", count - shown_max);
    }
    return text;
}

std::vector<Deed> ScriptPlayer::unexpected() const
{
    std::vector<Deed> unexpected;
    for (std::size_t i = 0; i < deeds_.size(); ++i) {
        if (deeds_[i].is_failure && !std::ranges::binary_search(met_, i)) {
            unexpected.push_back(deeds_[i]);
        }
    }
    return unexpected;
}

}  // namespace pivot::switches::scripted
