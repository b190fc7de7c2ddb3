#include "switches/scripted/script.hpp"

#include "base/text.hpp"
#include "switches/scripted/duration.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

using Error = tl::unexpected<std::string>;

// The words of a line; what stands in quotes is one.
struct Word {
    std::string text;
    bool is_quoted = false;
};

tl::expected<std::vector<Word>, std::string> words_of(std::string_view line)
{
    std::vector<Word> words;
    std::size_t at = 0;
    while (at < line.size()) {
        const char c = line[at];
        if (c == ' ' || c == '\t') {
            ++at;
        } else if (c == '#' && (at == 0 || line[at - 1] == ' ') &&
                   (at + 1 == line.size() || line[at + 1] == ' ')) {
            break;  // a comment; `#` alone within keys is none
        } else if (c == '"') {
            const std::size_t end = line.find('"', at + 1);
            if (end == line.npos) return Error("a quote is not closed: write \"words\"");
            words.push_back({std::string(line.substr(at + 1, end - at - 1)), true});
            at = end + 1;
        } else {
            const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
            words.push_back({std::string(line.substr(at, end - at)), false});
            at = end;
        }
    }
    return words;
}

// `500ms`, `3s`, `2m`, `1.5s`.
std::optional<milliseconds> time_of(std::string_view text)
{
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || number < 0 || number > 1e8) return std::nullopt;
    const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
    if (unit == "ms") return milliseconds(static_cast<std::int64_t>(number));
    if (unit == "s") return milliseconds(static_cast<std::int64_t>(number * 1'000));
    if (unit == "m") return milliseconds(static_cast<std::int64_t>(number * 60'000));
    return std::nullopt;
}

bool are_keys(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789*#ABCD") == text.npos;
}

// What a script calls something that is done, and what its deed is called.
struct DeedName {
    std::string_view words;
    std::string_view deed;
    bool can_be_awaited = true;
};

// Those of more words come first.
constexpr DeedName deed_names[] = {
    {"hang up", "hang up"},
    {"send keys", "send keys"},
    {"leg answer", "leg answer"},
    {"leg end", "leg end"},
    {"say", "say"},
    {"play", "play"},
    {"record", "record"},
    {"listen", "listen"},
    {"dial", "dial"},
    {"bridge", "bridge"},
    {"conference", "conference"},
    {"queue", "queue"},
    {"dequeue", "dequeue"},
    {"transfer", "transfer"},
    {"park", "park"},
    {"answer", "answer"},
    {"reject", "reject"},
    {"request", "request"},
    {"branch", "branch"},
    {"warning", "warning"},
    {"end", "end", false},
};

class LineReader {
public:
    LineReader(std::vector<Word> words, Step& step) : words_(std::move(words)), step_(step) {}

    // The error is a sentence; none: the step is read.
    std::string read()
    {
        const std::string_view first = words_[0].text;
        if (first == "wait" && word(1) == "for") return read_deed(2, Step::Kind::wait_for);
        if (first == "wait") return read_wait();
        if (first == "press") return read_press();
        if (first == "speak") return read_speak();
        if (first == "hang" && word(1) == "up") return read_hang_up();
        if (first == "talk") return read_talk();
        if (first == "leg") return read_leg();
        if (first == "queue") return read_queue();
        if (first == "conference") return read_room();
        if (first == "expect" && word(1) == "no" && word(2) == "warnings") {
            step_.kind = Step::Kind::expect_no_warnings;
            return end(3);
        }
        if (first == "expect") return read_deed(1, Step::Kind::expect);
        return fmt::format(
            "`{}` is no step: wait, press, speak, talk, hang up, leg, queue, "
            "conference or expect",
            printable(first));
    }

private:
    std::string_view word(std::size_t at) const
    {
        return at < words_.size() ? std::string_view(words_[at].text) : std::string_view();
    }

    std::string end(std::size_t at) const
    {
        if (at >= words_.size()) return {};
        return fmt::format("`{}` is too much here", printable(words_[at].text));
    }

    // `after TIME` at the end, or nothing.
    std::string read_after(std::size_t at, milliseconds& time) const
    {
        if (at >= words_.size()) return {};
        const auto read = word(at) == "after" ? time_of(word(at + 1)) : std::nullopt;
        if (!read) return "expected `after` and a time, as in `after 2s`";
        time = *read;
        return end(at + 2);
    }

    std::string read_wait()
    {
        step_.kind = Step::Kind::wait;
        const auto time = time_of(word(1));
        if (!time) return "expected `wait for` something, or a time, as in `wait 3s`";
        step_.time = *time;
        return end(2);
    }

    std::string read_press()
    {
        step_.kind = Step::Kind::press;
        step_.words = word(1);
        if (!are_keys(step_.words)) return "expected keys, as in `press 1234#`";
        return read_after(2, step_.time);
    }

    std::string read_speak()
    {
        step_.kind = Step::Kind::speak;
        step_.words = word(1);
        if (step_.words.empty()) return "expected words, as in `speak \"a table for two\"`";
        return read_after(2, step_.time);
    }

    std::string read_hang_up()
    {
        step_.kind = Step::Kind::hang_up;
        return read_after(2, step_.time);
    }

    std::string read_talk()
    {
        step_.kind = Step::Kind::caller;
        const auto time = time_of(word(1));
        if (!time) return "expected a time, as in `talk 5s`";
        step_.caller_behaviour.speaks_for = *time;
        return end(2);
    }

    std::string read_leg()
    {
        step_.kind = Step::Kind::leg;
        std::size_t at = 1;
        const std::string_view whom = word(1);
        const bool is_place = whom.size() == 1 && whom[0] >= '1' && whom[0] <= '9';
        const bool is_deed = whom == "answer" || whom == "busy" || whom == "reject" ||
                             whom == "no" || whom == "unreachable" || whom == "fail" ||
                             whom == "hang" || whom == "press";
        if (is_place) {
            step_.place = static_cast<unsigned>(whom[0] - '0');
            ++at;
        } else if (!is_deed) {
            step_.address = whom;
            ++at;
        }
        return read_behaviour(at);
    }

    std::string read_behaviour(std::size_t at)
    {
        LegBehaviour& leg = step_.leg;
        const std::string_view what = word(at);
        const auto fails = [&leg](std::string_view cause, int sip_code) {
            leg.answers = false;
            leg.cause = execute::Cause{std::string(cause), sip_code};
        };
        if (what == "answer") return read_after(at + 1, leg.after);
        if (what == "busy") {
            fails("USER_BUSY", 486);
        } else if (what == "reject") {
            fails("CALL_REJECTED", 603);
        } else if (what == "unreachable") {
            fails("NO_ROUTE_DESTINATION", 404);
            leg.after = milliseconds(0);
        } else if (what == "no" && word(at + 1) == "answer") {
            leg.answers = false;
            leg.rings_on = true;
            return end(at + 2);
        } else if (what == "fail" && !word(at + 1).empty()) {
            fails(word(at + 1), 0);
            ++at;
        } else if (what == "hang" && word(at + 1) == "up") {
            return read_after(at + 2, leg.hangs_up_after);
        } else if (what == "press" && are_keys(word(at + 1)) && word(at + 1).size() == 1) {
            leg.key = word(at + 1).front();
            return end(at + 2);
        } else {
            return "expected what the leg does: answer, busy, reject, no answer, unreachable, fail "
                   "CAUSE, hang up after TIME, press KEY";
        }
        return read_after(at + 1, leg.after);
    }

    std::string read_queue()
    {
        step_.kind = Step::Kind::queue;
        if (word(1) == "full") {
            step_.queue_behaviour.is_full = true;
            return end(2);
        }
        if (word(1) == "empty") {
            step_.queue_behaviour.is_empty = true;
            return end(2);
        }
        if (word(1) == "never") {
            step_.queue_behaviour.bridges_after = endless;
            return end(2);
        }
        if (word(1) == "bridge") return read_after(2, step_.queue_behaviour.bridges_after);
        return "expected what the queue does: bridge after TIME, full, empty, never";
    }

    std::string read_room()
    {
        step_.kind = Step::Kind::room;
        if (word(1) == "start") return read_after(2, step_.room_behaviour.starts_after);
        if (word(1) == "end") return read_after(2, step_.room_behaviour.ends_after);
        if (word(1) == "never") {
            step_.room_behaviour.starts_after = endless;
            return end(2);
        }
        return "expected what the conference does: start after TIME, end after TIME, never";
    }

    std::string read_deed(std::size_t at, Step::Kind kind)
    {
        step_.kind = kind;
        const std::string two = fmt::format("{} {}", word(at), word(at + 1));
        const auto* found = std::ranges::find_if(deed_names, [&](const DeedName& name) {
            return name.words == two || name.words == word(at);
        });
        const bool is_known =
            found != std::end(deed_names) && (found->can_be_awaited || kind == Step::Kind::expect);
        if (!is_known) {
            return fmt::format(
                "`{}` is nothing that can be waited for: say, play, record, listen, "
                "dial, bridge, conference, queue, transfer, answer, reject, hang up, "
                "leg answer, leg end, request, branch, warning",
                printable(word(at)));
        }
        step_.deed = found->deed;
        at += found->words == two ? 2 : 1;
        if (at < words_.size() && word(at) != "with") step_.subject = word(at++);
        if (step_.deed == "reject" && step_.subject == "busy") step_.subject = "486";
        if (at < words_.size() && word(at) == "with") return read_parameters(at + 1);
        return end(at);
    }

    std::string read_parameters(std::size_t at)
    {
        for (; at < words_.size(); ++at) {
            const std::string_view parameter = word(at);
            const std::size_t equals = parameter.find('=');
            if (equals == parameter.npos) return "expected parameters, as in `with Digits=1`";
            std::string value(parameter.substr(equals + 1));
            if (value.empty() && at + 1 < words_.size() && words_[at + 1].is_quoted) {
                value = words_[++at].text;
            }
            step_.parameters.emplace_back(parameter.substr(0, equals), std::move(value));
        }
        return step_.parameters.empty() ? "expected parameters, as in `with Digits=1`" : "";
    }

    const std::vector<Word> words_;
    Step& step_;
};

bool contains_ignoring_case(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return std::ranges::search(text, part, same).begin() != text.end() || part.empty();
}

}  // namespace

tl::expected<std::vector<Step>, std::string> read_script(std::string_view text)
{
    std::vector<Step> steps;
    std::size_t number = 0;
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        auto words = words_of(line);
        if (!words) return Error(fmt::format("{}: {}", number, words.error()));
        if (words->empty()) continue;
        Step step;
        step.line = number;
        step.text = trim(line);
        const std::string error = LineReader(std::move(*words), step).read();
        if (!error.empty()) return Error(fmt::format("{}: {}", number, error));
        steps.push_back(std::move(step));
    }
    return steps;
}

bool matches(const Step& step, const Deed& deed)
{
    if (step.deed != deed.kind) return false;
    const bool is_exact = step.deed == "branch" || step.deed == "reject";
    if (is_exact && !step.subject.empty() && step.subject != deed.subject) return false;
    if (!is_exact && !contains_ignoring_case(deed.subject, step.subject)) return false;
    return std::ranges::all_of(step.parameters, [&deed](const auto& parameter) {
        return std::ranges::find(deed.parameters, parameter) != deed.parameters.end();
    });
}

}  // namespace pivot::switches::scripted
