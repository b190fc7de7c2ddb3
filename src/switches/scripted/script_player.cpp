#include "switches/scripted/script_player.hpp"

#include "base/harmless.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::switches::scripted {

namespace {

constexpr std::chrono::milliseconds between_keys{200};
constexpr std::size_t shown_max = 20;  // deeds or names in a message

// A line of the transcript, and why it is not what the step is after, if it comes near.
std::string shown(const Deed& deed, const Step& step)
{
    std::string text = "\n  " + line_of(deed);
    if (!is_about(step, deed) || matches(step, deed)) return text;
    return text + "\n      but " + harmless(difference(step, deed));
}

// The first of many.
std::string listed(const std::vector<std::string_view>& names)
{
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), shown_max));
    std::string text = fmt::format("{}", fmt::join(names.begin(), end, ", "));
    if (end != names.end()) text += fmt::format(" and {} more", names.end() - end);
    return text;
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
    if (deed.kind == "module") take_module(deed.subject);
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
        case Step::Kind::redirect:
            return act(step.time, [this, url = step.words] {
                pass_what_was_done();
                channel_.redirect(url);
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
    planned_.push_back({&step, deeds_.size()});
    if (step.kind == Step::Kind::plan_dial) channel_.plan(step.dial);
    if (step.kind == Step::Kind::plan_talk) channel_.plan(step.talk);
    if (step.kind == Step::Kind::plan_queue) channel_.plan(step.queue);
    if (step.kind == Step::Kind::plan_room) channel_.plan(step.room);
    if (step.kind == Step::Kind::plan_stream) channel_.plan(step.stream);
    if (step.kind == Step::Kind::plan_module) channel_.plan(step.module);
}

// The channel, too, takes the first that is planned of a module.
void ScriptPlayer::take_module(std::string_view module)
{
    module_.reset();
    for (std::size_t i = 0; i < planned_.size() && !module_; ++i) {
        Planned& planned = planned_[i];
        if (planned.step->kind != Step::Kind::plan_module || planned.is_taken) continue;
        if (!equals_ignoring_case(planned.step->module.module, module)) continue;
        planned.is_taken = true;
        module_ = i;
    }
}

void ScriptPlayer::missed_branch(std::string_view branch,
                                 const std::vector<std::string_view>& children)
{
    if (!module_) return;
    std::string& missed = planned_[*module_].missed;
    missed = children.empty() ? "the module has no children"
                              : fmt::format("those of the module are {}", listed(children));
    const std::string_view meant = near_miss(branch, children);
    if (!meant.empty()) missed += fmt::format("; did you mean `{}`?", meant);
}

// A step that takes its time is done when that has passed; false, as it is not done now.
bool ScriptPlayer::act(std::chrono::milliseconds after, std::function<void()> deed)
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
    std::chrono::milliseconds time = step.time;
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
    for (const Planned& planned : planned_) failures.push_back(unfit(planned));
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

std::string ScriptPlayer::unfit(const Planned& planned) const
{
    const Step& step = *planned.step;
    if (step.kind == Step::Kind::plan_dial) return unfit_leg(step, planned.since);
    if (step.kind == Step::Kind::plan_module) return unfit_module(planned);
    return {};
}

std::string ScriptPlayer::unfit_module(const Planned& planned) const
{
    const Step& step = *planned.step;
    if (!planned.missed.empty()) {
        return fmt::format("{}: `{}` fits no child: {}", step.line, step.text,
                           harmless(planned.missed));
    }
    for (std::size_t i = planned.since; i < deeds_.size(); ++i) {
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
    std::vector<std::string_view> dialled;
    std::size_t most = 0;
    for (std::size_t i = since; i < deeds_.size(); ++i) {
        if (deeds_[i].kind != "dial") continue;
        most = std::max(most, deeds_[i].addresses.size());
        for (const std::string& address : deeds_[i].addresses) {
            const bool is_known = std::ranges::find(dialled, address) != dialled.end();
            if (!is_known) dialled.push_back(address);
        }
    }
    for (const DialBehaviour::Part& part : step.dial.parts) {
        const bool is_called = std::ranges::any_of(dialled, [&part](std::string_view address) {
            return is_address(part.address, address);
        });
        const bool fits = part.address.empty() ? dialled.empty() || part.place <= most : is_called;
        if (fits) continue;
        const std::string who = dialled.empty()
                                    ? "nobody was dialled"
                                    : fmt::format("those dialled were {}", listed(dialled));
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
