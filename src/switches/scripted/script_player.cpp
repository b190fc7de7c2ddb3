#include "switches/scripted/script_player.hpp"

#include "base/harmless.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::switches::scripted {

namespace {

constexpr milliseconds between_keys{200};
constexpr std::size_t shown_max = 20;  // deeds after a step that did not come true

// A line of the transcript, and why it is not what the step is after, if it comes near.
std::string shown(const Deed& deed, const Step& step)
{
    std::string text = "\n  " + line_of(deed);
    if (!is_about(step, deed) || matches(step, deed)) return text;
    return text + "\n      but " + harmless(difference(step, deed));
}

std::string did_not_come_true(const Step& step)
{
    return fmt::format("{}: `{}` did not come true", step.line, step.text);
}

}  // namespace

void ScriptPlayer::play()
{
    if (is_playing_) return;  // what a step does comes back here
    is_playing_ = true;
    while (next_ < steps_.size() && !is_waiting_ && perform(steps_[next_])) ++next_;
    is_playing_ = false;
}

// After the end of a call no time passes.
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
        case Step::Kind::expect_none: return true;  // see failures()
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
        case Step::Kind::plan_dial:
        case Step::Kind::plan_talk:
        case Step::Kind::plan_queue:
        case Step::Kind::plan_room:
        case Step::Kind::plan_stream:
        case Step::Kind::plan_module: plan(step); return true;
    }
    return true;
}

void ScriptPlayer::plan(const Step& step)
{
    planned_.emplace_back(&step, deeds_.size());
    if (step.kind == Step::Kind::plan_dial) channel_.plan(step.dial);
    if (step.kind == Step::Kind::plan_talk) channel_.plan(step.talk);
    if (step.kind == Step::Kind::plan_queue) channel_.plan(step.queue);
    if (step.kind == Step::Kind::plan_room) channel_.plan(step.room);
    if (step.kind == Step::Kind::plan_stream) channel_.plan(step.stream);
    if (step.kind == Step::Kind::plan_module) channel_.plan(step.module);
}

// A step that takes its time is done when that has passed; false, as it is not done now.
bool ScriptPlayer::act(milliseconds after, std::function<void()> deed)
{
    if (channel_.is_over()) return false;
    is_waiting_ = true;
    channel_.after(after, [this, deed = std::move(deed)] {
        if (deed == nullptr) return go_on();
        is_playing_ = true;  // what comes of the deed belongs to the steps after it
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
    if (!take_address(step, left_of_dial_)) return false;
    since_step_ = &step;
    return true;
}

bool ScriptPlayer::find(const Step& step)
{
    if (find_in_last_dial(step)) return true;
    for (; looked_ < deeds_.size(); ++looked_) {
        if (!matches(step, deeds_[looked_])) continue;
        if (step.deed == "dial") {
            left_of_dial_ = deeds_[looked_].addresses;
            take_address(step, left_of_dial_);
        }
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
        if (step.kind == Step::Kind::expect_callback) failures.push_back(missed_callback(step));
        if (step.kind == Step::Kind::expect_none) failures.push_back(unwanted(step));
    }
    for (const auto& [step, since] : planned_) failures.push_back(unfit(*step, since));
    std::erase(failures, "");
    return failures;
}

std::string ScriptPlayer::missed_callback(const Step& step) const
{
    std::string near;
    std::string all;
    std::size_t count = 0;
    for (const Deed& deed : deeds_) {
        if (matches(step, deed)) return {};
        if (deed.kind != step.deed || ++count > shown_max) continue;
        all += shown(deed, step);
        if (is_about(step, deed)) near += shown(deed, step);
    }
    const std::string text = did_not_come_true(step) + " in the whole call";
    if (!near.empty()) return fmt::format("{}; there was:{}", text, near);
    if (!all.empty()) return fmt::format("{}; the callbacks were:{}", text, all);
    return text + "; there was no callback";
}

std::string ScriptPlayer::unwanted(const Step& step) const
{
    const auto found =
        std::ranges::find_if(deeds_, [&](const Deed& deed) { return matches(step, deed); });
    if (found == deeds_.end()) return {};
    return fmt::format("{}; there was:\n  {}", did_not_come_true(step), line_of(*found));
}

std::string ScriptPlayer::unfit(const Step& step, std::size_t since) const
{
    if (step.kind == Step::Kind::plan_dial) return unfit_leg(step, since);
    if (step.kind != Step::Kind::plan_module) return {};
    for (std::size_t i = since; i < deeds_.size(); ++i) {
        const bool is_of_it = deeds_[i].kind == "module" &&
                              equals_ignoring_case(deeds_[i].subject, step.module.module);
        if (is_of_it) return {};
    }
    return fmt::format("{}: `{}` fits nothing: no such module was handed to the host", step.line,
                       step.text);
}

// A place fits where nobody was dialled at all: `expect dial` says that somebody must be.
std::string ScriptPlayer::unfit_leg(const Step& step, std::size_t since) const
{
    std::vector<std::string> dialled;
    std::size_t most = 0;
    for (std::size_t i = since; i < deeds_.size(); ++i) {
        if (deeds_[i].kind != "dial") continue;
        most = std::max(most, deeds_[i].addresses.size());
        dialled.insert(dialled.end(), deeds_[i].addresses.begin(), deeds_[i].addresses.end());
    }
    for (const DialBehaviour::Part& part : step.dial.parts) {
        const bool is_called = std::ranges::any_of(dialled, [&part](const std::string& address) {
            return is_address(part.address, address);
        });
        const bool fits = part.address.empty() ? dialled.empty() || part.place <= most : is_called;
        if (fits) continue;
        const std::string who =
            dialled.empty() ? "nobody was dialled"
                            : fmt::format("those dialled were {}", fmt::join(dialled, ", "));
        return fmt::format("{}: `{}` fits nobody: {}", step.line, step.text, harmless(who));
    }
    return {};
}

std::string ScriptPlayer::unmet(const Step& step) const
{
    const bool is_awaited = step.kind == Step::Kind::wait_for || step.kind == Step::Kind::expect;
    std::string text =
        is_awaited ? did_not_come_true(step)
                   : fmt::format("{}: `{}` was not done: the call was over", step.line, step.text);
    const std::string where =
        since_step_ == nullptr
            ? std::string("since the call began")
            : fmt::format("since line {} (`{}`)", since_step_->line, since_step_->text);
    if (since_ == deeds_.size()) return fmt::format("{}; nothing happened {}", text, where);
    return fmt::format("{}; what happened {}:{}", text, where, done_since(since_, step));
}

// The first and the last of much, and what is near to the step.
std::string ScriptPlayer::done_since(std::size_t first, const Step& step) const
{
    constexpr std::size_t end_max = shown_max / 2;
    const std::size_t count = deeds_.size() - first;
    const auto is_hidden = [&](std::size_t i) {
        return count > shown_max && i - first >= end_max && deeds_.size() - i > end_max &&
               (step.parameters.empty() || !is_about(step, deeds_[i]));
    };
    std::string text;
    std::size_t hidden = 0;
    for (std::size_t i = first; i < deeds_.size(); ++i) {
        if (is_hidden(i)) {
            ++hidden;
            continue;
        }
        if (hidden > 0) text += fmt::format("\n  … {} more …", std::exchange(hidden, 0));
        text += shown(deeds_[i], step);
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
