#include "switches/scripted/script_line.hpp"

#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "switches/scripted/script_words.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::switches::scripted {

namespace {

using Error = tl::unexpected<std::string>;
using Names = std::span<const std::string_view>;

constexpr double time_max_s = 1'000'000;

// In milliseconds; 0: there is no such unit.
double length_of_unit(std::string_view unit)
{
    if (unit == "ms") return 1;
    if (unit == "s") return 1'000;
    return unit == "m" ? 60'000 : 0;
}

// `500ms`, `3s`, `2m`, `1.5s`. `right` is what to write instead, as in "`after 2s`".
tl::expected<std::chrono::milliseconds, std::string> time_of(std::string_view text,
                                                             std::string_view right)
{
    if (text.empty()) return Error(fmt::format("a time is missing: write {}", right));
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const std::string shown = printable(text);
    if (read.ec == std::errc::invalid_argument || !std::isfinite(number)) {
        return Error(fmt::format("`{}` is not a time: write {}", shown, right));
    }
    if (number < 0) {
        return Error(fmt::format("`{}` is negative: a time is 0 or more; write {}", shown, right));
    }
    const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
    if (unit.empty()) {
        return Error(
            fmt::format("`{0}` has no unit: write `{0}s`, or `ms` or `m` after the number", shown));
    }
    const double unit_ms = length_of_unit(unit);
    if (unit_ms == 0) {
        return Error(fmt::format("`{}` is not a time: its unit is not `ms`, `s` or `m`; write {}",
                                 shown, right));
    }
    const bool is_too_long = read.ec != std::errc() || number * unit_ms > time_max_s * 1'000;
    if (is_too_long) {
        return Error(fmt::format("`{}` is too long: a time is at most {}s", shown, time_max_s));
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(number * unit_ms));
}

// What one step may press: more than a minute of it.
constexpr std::size_t keys_max = 1'000;

// Why these are not keys to press; empty: they are. `example` is how to write them.
std::string refusal_of_keys(std::string_view text, std::string_view example)
{
    if (text.empty() || text.find_first_not_of("0123456789*#ABCD") != text.npos) {
        return fmt::format("`{}` are not keys: write 0-9, *, # and A-D, as in `{}`",
                           printable(text), example);
    }
    if (text.size() <= keys_max) return {};
    return fmt::format("these are {} keys: a step has {} at most", text.size(), keys_max);
}

constexpr std::string_view step_names[] = {"wait for", "wait",    "press",    "speak", "hang up",
                                           "record",   "someone", "leg",      "queue", "conference",
                                           "stream",   "module",  "redirect", "expect"};

// What can be waited for and expected, and is called the same in the transcript.
constexpr std::string_view deed_names[] = {
    "hang up",        "send keys",  "leg answer", "leg end", "queue bridge", "stream end",
    "failed request", "say",        "play",       "gather",  "record",       "dial",
    "bridge",         "conference", "queue",      "dequeue", "answer",       "transfer",
    "park",           "reject",     "stream",     "request", "branch",       "recorded",
    "warning",        "module",     "refer"};

// Besides, these can be expected, and with `no` before them the second ones.
constexpr std::string_view expected_names[] = {"callback", "cdr", "end"};
constexpr std::string_view unexpected_names[] = {"callback", "cdr", "warnings"};

// What HTTP tells has parameters.
constexpr std::string_view http_names[] = {"request", "failed request", "callback", "cdr"};
constexpr std::string_view method_names[] = {"GET", "POST"};

constexpr std::string_view leg_names[] = {"answer",      "busy", "reject",  "no answer",
                                          "unreachable", "fail", "hang up", "press"};
constexpr std::string_view queue_names[] = {"bridge", "end", "full", "fail", "empty", "never"};
constexpr std::string_view room_names[] = {"start", "end", "never"};
constexpr std::string_view stream_names[] = {"ends", "fails"};
constexpr std::string_view someone_names[] = {"joins", "leaves"};

class LineReader {
public:
    explicit LineReader(std::vector<Word> words) : words_(std::move(words)) {}

    // The error is a sentence; none: the step is read.
    std::string read(Step& step)
    {
        step_ = &step;
        const std::string_view first = take_name(step_names);
        if (first == "wait for") return read_deed(Step::Kind::wait_for);
        if (first == "wait") return read_wait();
        if (first == "press") return read_press();
        if (first == "speak") return read_speak();
        if (first == "hang up") return read_after(Step::Kind::hang_up, step.time);
        if (first == "redirect") return read_redirect();
        if (first == "record") return read_record();
        if (first == "someone") return read_someone();
        if (first == "leg") return read_leg();
        if (first == "queue") return read_queue();
        if (first == "conference") return read_room();
        if (first == "stream") return read_stream();
        if (first == "module") return read_module();
        if (first == "expect") return read_expected();
        return unknown("is not a step", step_names);
    }

private:
    std::string_view word(std::size_t ahead = 0) const
    {
        const std::size_t at = at_ + ahead;
        return at < words_.size() ? std::string_view(words_[at].text) : std::string_view();
    }
    bool is_end() const { return at_ >= words_.size(); }
    std::string two_words() const { return fmt::format("{} {}", word(), word(1)); }

    // The one of `names` that comes next, of one word or two; empty: none does.
    std::string_view take_name(Names names)
    {
        if (!is_end() && words_[at_].is_quoted) return {};
        const auto found = std::ranges::find_if(
            names, [this](std::string_view name) { return name == word() || name == two_words(); });
        if (found == names.end()) return {};
        at_ += *found == word() ? 1 : 2;
        return *found;
    }

    std::string unknown(std::string_view what, Names names) const
    {
        if (is_end()) return fmt::format("something is missing here: {}", fmt::join(names, ", "));
        std::string_view meant = near_miss(two_words(), names);
        if (meant.empty()) meant = near_miss(word(), names);
        if (!meant.empty()) {
            return fmt::format("`{}` {}: did you mean `{}`?", printable(word()), what, meant);
        }
        return fmt::format("`{}` {}: write one of {}", printable(word()), what,
                           fmt::join(names, ", "));
    }

    std::string read_end() const
    {
        if (is_end()) return {};
        return fmt::format("`{}` is too much: the step ends before it", printable(word()));
    }

    // `after TIME` at the end, or nothing.
    std::string read_after(std::chrono::milliseconds& time)
    {
        if (is_end()) return {};
        if (word() != "after") {
            return fmt::format("`{}` does not belong here: end the line, or write `after 2s`",
                               printable(word()));
        }
        const auto read = time_of(word(1), "`after 2s`");
        if (!read) return read.error();
        time = *read;
        at_ += 2;
        return read_end();
    }

    std::string read_after(Step::Kind kind, std::chrono::milliseconds& time)
    {
        step_->kind = kind;
        return read_after(time);
    }

    // Words in quotes, or nothing.
    std::string take_quoted()
    {
        if (is_end() || !words_[at_].is_quoted) return {};
        return words_[at_++].text;
    }

    std::string read_wait()
    {
        const auto time = time_of(word(), "`wait 3s`, or `wait for` and what is done");
        if (!time) return time.error();
        step_->kind = Step::Kind::wait;
        step_->time = *time;
        ++at_;
        return read_end();
    }

    std::string read_press()
    {
        step_->words = word();
        std::string refusal = refusal_of_keys(word(), "press 1234#");
        if (!refusal.empty()) return refusal;
        ++at_;
        return read_after(Step::Kind::press, step_->time);
    }

    std::string read_speak()
    {
        step_->words = word();
        if (step_->words.empty()) return "words are missing: write `speak \"a table for two\"`";
        if (!words_[at_].is_quoted) return "words stand in quotes: write `speak \"yes please\"`";
        ++at_;
        return read_after(Step::Kind::speak, step_->time);
    }

    std::string read_redirect()
    {
        step_->words = word();
        if (step_->words.empty()) {
            return "a URL is missing: write `redirect https://example.com/other`";
        }
        ++at_;
        return read_after(Step::Kind::redirect, step_->time);
    }

    std::string read_record()
    {
        const auto time = time_of(word(), "how long the caller speaks, as in `record 5s`");
        if (!time) return time.error();
        step_->kind = Step::Kind::plan_talk;
        step_->talk.length = *time;
        ++at_;
        return read_end();
    }

    std::string read_someone()
    {
        const std::string_view what = take_name(someone_names);
        if (what == "joins") return read_after(Step::Kind::someone_joins, step_->time);
        if (what == "leaves") return read_after(Step::Kind::someone_leaves, step_->time);
        return unknown("is not something that someone does", someone_names);
    }

    std::string read_leg()
    {
        step_->kind = Step::Kind::plan_dial;
        DialBehaviour::Part part;
        const bool is_quoted = !is_end() && words_[at_].is_quoted;
        if (word() == "0" && !is_quoted) {
            return "legs are counted from 1: write `leg 1`, or `leg \"0\"` of who has that number";
        }
        const bool is_place =
            !is_quoted && word().size() == 1 && word()[0] >= '1' && word()[0] <= '9';
        if (is_place) {
            part.place = static_cast<unsigned>(word()[0] - '0');
            ++at_;
        } else if (is_quoted || is_leg_address()) {
            part.address = word();
            ++at_;
        }
        std::string error = read_leg(part.leg);
        step_->dial.parts.push_back(std::move(part));
        return error;
    }

    // An address has a digit, a dot, a colon or an at sign. A name, which has none of them, is
    // known by the action after it, even a misspelt one.
    bool is_leg_address() const
    {
        if (word().find_first_of("0123456789.:@/") != std::string_view::npos) return true;
        if (is_leg_action(0)) return false;
        return is_leg_action(1) || (!is_like_leg_action(0) && is_like_leg_action(1));
    }

    bool is_leg_action(std::size_t ahead) const
    {
        const std::string two = fmt::format("{} {}", word(ahead), word(ahead + 1));
        return std::ranges::any_of(
            leg_names, [&](std::string_view name) { return name == word(ahead) || name == two; });
    }

    bool is_like_leg_action(std::size_t ahead) const
    {
        const std::string two = fmt::format("{} {}", word(ahead), word(ahead + 1));
        return !near_miss(word(ahead), leg_names).empty() || !near_miss(two, leg_names).empty();
    }

    std::string read_leg(LegBehaviour& leg)
    {
        const std::string_view what = take_name(leg_names);
        if (what == "hang up") return read_after(leg.hangs_up_after.emplace(10'000));
        if (what == "press") return read_leg_keys(leg.keys.emplace());
        if (what.empty()) return unknown("is not something that a leg does", leg_names);
        using End = Ringing::End;
        Ringing& ringing = leg.ringing.emplace();
        const auto fails = [&ringing](std::string_view cause) {
            ringing.end = End::fails;
            ringing.cause = cause_named(cause);
        };
        if (what == "no answer") {
            ringing.end = End::never;
            return read_end();
        }
        if (what == "busy") fails("USER_BUSY");
        if (what == "reject") fails("CALL_REJECTED");
        if (what == "unreachable") {
            fails("NO_ROUTE_DESTINATION");
            ringing.after = std::chrono::milliseconds(0);
            return read_end();
        }
        if (what == "fail") {
            if (is_end()) return "a cause is missing: write `leg fail NORMAL_TEMPORARY_FAILURE`";
            fails(word());
            ++at_;
            ringing.why = take_quoted();
        }
        return read_after(ringing.after);
    }

    std::string read_leg_keys(LegKeys& keys)
    {
        keys.keys = word();
        std::string refusal = refusal_of_keys(word(), "leg press 1");
        if (!refusal.empty()) return refusal;
        ++at_;
        return read_after(keys.after);
    }

    std::string read_queue()
    {
        step_->kind = Step::Kind::plan_queue;
        using End = QueueWaiting::End;
        const std::string_view what = take_name(queue_names);
        if (what.empty()) return unknown("is not something that a queue does", queue_names);
        if (what == "end") return read_after(step_->queue.ends_after.emplace(10'000));
        QueueWaiting& waiting = step_->queue.waiting.emplace();
        if (what == "bridge") return read_after(waiting.after);
        if (what == "full") waiting.end = End::full;
        if (what == "fail") {
            waiting.end = End::fails;
            waiting.why = take_quoted();
        }
        if (what == "empty") waiting.end = End::empty;
        if (what == "never") waiting.end = End::never;
        return read_end();
    }

    std::string read_room()
    {
        step_->kind = Step::Kind::plan_room;
        const std::string_view what = take_name(room_names);
        if (what == "start") return read_after(step_->room.starts_after.emplace(5'000));
        if (what == "end") return read_after(step_->room.ends_after.emplace(20'000));
        if (what.empty()) return unknown("is not something that a conference does", room_names);
        step_->room.starts_after = std::chrono::milliseconds::max();
        return read_end();
    }

    std::string read_stream()
    {
        step_->kind = Step::Kind::plan_stream;
        const std::string_view what = take_name(stream_names);
        if (what.empty()) return unknown("is not something that a stream does", stream_names);
        if (what == "ends") return read_after(step_->stream.ends_after.emplace(10'000));
        step_->stream.fails = true;
        step_->stream.why = take_quoted();
        return read_end();
    }

    std::string read_module()
    {
        constexpr std::string_view example = "write `module voicemail takes _`";
        step_->kind = Step::Kind::plan_module;
        const bool is_complete = at_ + 2 < words_.size() && word(1) == "takes";
        if (!is_complete) return fmt::format("a module takes a branch: {}", example);
        step_->module.module = word();
        step_->module.branch = word(2);
        at_ += 3;
        return read_after(step_->module.after);
    }

    std::string read_expected()
    {
        if (word() != "no" || words_[at_].is_quoted) return read_deed(Step::Kind::expect);
        ++at_;
        return read_deed(Step::Kind::expect_none);
    }

    std::string read_deed(Step::Kind kind)
    {
        step_->kind = kind;
        std::string_view what = take_name(deed_names);
        if (what.empty() && kind == Step::Kind::expect) what = take_name(expected_names);
        if (what.empty() && kind == Step::Kind::expect_none) what = take_name(unexpected_names);
        if (what.empty()) return unknown_deed(kind);
        step_->deed = what;
        if (what == "warnings") {
            step_->deed = "warning";
            return read_end();
        }
        const bool is_callback = kind == Step::Kind::expect && what == "callback";
        if (is_callback) step_->kind = Step::Kind::expect_callback;
        const bool is_http = std::ranges::find(http_names, what) != std::end(http_names);
        if (is_http) step_->method = take_name(method_names);
        if (is_callback) take_taken();
        const bool has_subject = !is_end() && (words_[at_].is_quoted || word() != "with");
        if (has_subject) {
            step_->subject = word();
            ++at_;
        }
        if (what == "reject" && step_->subject == "busy") step_->subject = "486";
        if (is_callback) take_taken();
        if (is_end() || word() != "with") return read_end();
        if (!is_http) {
            return "only requests, callbacks and the CDR have parameters: end the line before "
                   "`with`";
        }
        ++at_;
        return read_parameters();
    }

    void take_taken()
    {
        if (is_end() || words_[at_].is_quoted || word() != "taken") return;
        step_->wants_taken = true;
        ++at_;
    }

    std::string unknown_deed(Step::Kind kind) const
    {
        std::vector<std::string_view> names(std::begin(deed_names), std::end(deed_names));
        if (kind == Step::Kind::wait_for) return unknown("cannot be waited for", names);
        if (kind == Step::Kind::expect_none) {
            names.insert(names.end(), std::begin(unexpected_names), std::end(unexpected_names));
            return unknown("cannot be expected with `no`", names);
        }
        names.insert(names.end(), std::begin(expected_names), std::end(expected_names));
        names.emplace_back("no");
        return unknown("cannot be expected", names);
    }

    std::string read_parameters()
    {
        if (is_end()) return "parameters are missing: write `with Digits=1`";
        for (; !is_end(); ++at_) {
            const bool is_last = at_ + 1 == words_.size();
            if (is_last && step_->kind == Step::Kind::expect_callback) take_taken();
            if (is_end()) break;
            const std::string_view parameter = word();
            const std::size_t equals = parameter.find('=');
            if (equals == parameter.npos || equals == 0) {
                return fmt::format(
                    "`{}` is not a parameter: write `with Digits=1 Name=\"two words\"`",
                    printable(parameter));
            }
            std::string name(parameter.substr(0, equals));
            std::string value(parameter.substr(equals + 1));
            const bool is_in_quotes =
                value.empty() && at_ + 1 < words_.size() && words_[at_ + 1].is_quoted;
            if (is_in_quotes) value = words_[++at_].text;
            step_->parameters.emplace_back(std::move(name), std::move(value));
        }
        return {};
    }

    const std::vector<Word> words_;
    std::size_t at_ = 0;
    Step* step_ = nullptr;
};

}  // namespace

tl::expected<std::optional<Step>, std::string> read_script_line(std::string_view line)
{
    auto words = words_of(line);
    if (!words) return Error(std::move(words.error()));
    if (words->empty()) return std::nullopt;
    Step step;
    step.text = trim(line);
    std::string error = LineReader(std::move(*words)).read(step);
    if (!error.empty()) return Error(std::move(error));
    return step;
}

}  // namespace pivot::switches::scripted
