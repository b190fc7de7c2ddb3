#include "switches/scripted/script.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::scripted {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

Step step(std::string_view line)
{
    auto steps = read_script(line);
    if (!steps) {
        ADD_FAILURE() << line << ": " << steps.error();
        return {};
    }
    EXPECT_EQ(steps->size(), 1U) << line;
    return steps->empty() ? Step() : steps->front();
}

std::string error(std::string_view script)
{
    const auto steps = read_script(script);
    if (!steps) return steps.error();
    ADD_FAILURE() << script << ": is read";
    return {};
}

LegBehaviour leg(std::string_view line)
{
    const Step read = step(line);
    EXPECT_EQ(read.kind, Step::Kind::plan_dial) << line;
    return read.dial.parts.empty() ? LegBehaviour() : read.dial.parts.front().leg;
}

QueueBehaviour queue(std::string_view line)
{
    const Step read = step(line);
    EXPECT_EQ(read.kind, Step::Kind::plan_queue) << line;
    return read.queue;
}

RoomBehaviour room(std::string_view line)
{
    const Step read = step(line);
    EXPECT_EQ(read.kind, Step::Kind::plan_room) << line;
    return read.room;
}

Deed deed(std::string kind, std::string subject)
{
    Deed deed;
    deed.kind = std::move(kind);
    deed.subject = std::move(subject);
    return deed;
}

TEST(Script, has_a_step_a_line_and_comments)
{
    const auto steps = read_script(
        "\xEF\xBB\xBF# a comment\r\n\n  wait 3s  # and another\r\n"
        "press #\npress 1# # keys\nexpect say \"# 1\"");
    ASSERT_TRUE(steps) << steps.error();
    ASSERT_EQ(steps->size(), 4U);
    EXPECT_EQ((*steps)[0].line, 3U);
    EXPECT_EQ((*steps)[0].time, 3s);
    EXPECT_EQ((*steps)[1].words, "#");
    EXPECT_EQ((*steps)[2].words, "1#");
    EXPECT_EQ((*steps)[3].subject, "# 1");
}

TEST(Script, has_words_in_quotes_of_either_kind)
{
    EXPECT_EQ(step("expect say 'are \"escaped\"'").subject, "are \"escaped\"");
    EXPECT_EQ(step("expect say \"don't\"").subject, "don't");
    EXPECT_EQ(step("expect say don't").subject, "don't");
    EXPECT_THAT(step("expect request with A='x \"y\"'").parameters,
                testing::ElementsAre(testing::Pair("A", "x \"y\"")));
    EXPECT_THAT(error("expect say 'x"), HasSubstr("a quote is not closed"));
}

TEST(Script, of_nothing_has_no_steps)
{
    for (const std::string_view empty : {"", "\n", " \t\n#\n", "# only"}) {
        const auto steps = read_script(empty);
        ASSERT_TRUE(steps);
        EXPECT_TRUE(steps->empty());
    }
}

TEST(Script, has_what_the_caller_does)
{
    EXPECT_EQ(step("wait 500ms").time, 500ms);
    EXPECT_EQ(step("wait 1.5s").time, 1'500ms);
    EXPECT_EQ(step("wait 2m").time, 2min);
    const Step press = step("press 1234# after 2s");
    EXPECT_EQ(press.kind, Step::Kind::press);
    EXPECT_EQ(press.words, "1234#");
    EXPECT_EQ(press.time, 2s);
    const Step speak = step("speak \"book a table\" after 1s");
    EXPECT_EQ(speak.kind, Step::Kind::speak);
    EXPECT_EQ(speak.words, "book a table");
    EXPECT_EQ(speak.time, 1s);
    EXPECT_EQ(step("hang up").kind, Step::Kind::hang_up);
    EXPECT_EQ(step("hang up after 10s").time, 10s);
    const Step redirect = step("redirect https://h.example/other#rc=3 after 2s");
    EXPECT_EQ(redirect.kind, Step::Kind::redirect);
    EXPECT_EQ(redirect.words, "https://h.example/other#rc=3");
    EXPECT_EQ(redirect.time, 2s);
    EXPECT_EQ(step("record 5s").talk.length, 5s);
    EXPECT_EQ(step("someone joins").kind, Step::Kind::someone_joins);
    EXPECT_EQ(step("someone leaves after 3s").kind, Step::Kind::someone_leaves);
}

TEST(Script, has_what_legs_do)
{
    using End = Ringing::End;
    EXPECT_EQ(leg("leg answer").ringing->after, 3s);
    EXPECT_EQ(leg("leg answer after 4s").ringing->after, 4s);
    EXPECT_EQ(leg("leg busy").ringing->cause.name, "USER_BUSY");
    EXPECT_EQ(leg("leg busy").ringing->cause.sip_code, 486);
    EXPECT_EQ(leg("leg fail GATEWAY_DOWN").ringing->cause.sip_code, 503);
    EXPECT_EQ(leg("leg fail GONE_FISHING").ringing->cause.sip_code, 0);
    EXPECT_EQ(leg("leg busy").ringing->cause.sip_code, 486);
    EXPECT_EQ(leg("leg reject after 1s").ringing->cause.sip_code, 603);
    EXPECT_EQ(leg("leg no answer").ringing->end, End::never);
    EXPECT_EQ(leg("leg unreachable").ringing->after, 0s);
    EXPECT_EQ(leg("leg fail GATEWAY_DOWN after 2s").ringing->cause.name, "GATEWAY_DOWN");
    EXPECT_EQ(leg("leg fail GATEWAY_DOWN").ringing->end, End::fails);
    EXPECT_EQ(leg("leg fail GATEWAY_DOWN \"the trunk is down\" after 2s").ringing->why,
              "the trunk is down");
    EXPECT_EQ(leg("leg fail GATEWAY_DOWN").ringing->why, "");
    EXPECT_EQ(leg("leg hang up after 30s").hangs_up_after, 30s);
    EXPECT_EQ(leg("leg press 12# after 2s").keys->keys, "12#");
    EXPECT_EQ(leg("leg press 1").keys->after, 1s);
}

TEST(Script, has_legs_by_place_and_by_address)
{
    EXPECT_EQ(step("leg busy").dial.parts[0].place, 0U);
    EXPECT_EQ(step("leg 2 busy").dial.parts[0].place, 2U);
    EXPECT_EQ(step("leg +14155550100 busy").dial.parts[0].address, "+14155550100");
    EXPECT_EQ(step("leg sip:a@b.example no answer").dial.parts[0].address, "sip:a@b.example");
    EXPECT_EQ(step("leg \"alice\" press 1").dial.parts[0].address, "alice");
}

TEST(Script, has_what_queues_and_conferences_do)
{
    using End = QueueWaiting::End;
    EXPECT_EQ(queue("queue bridge after 5s").waiting->after, 5s);
    EXPECT_EQ(queue("queue bridge").waiting->end, End::bridges);
    EXPECT_EQ(queue("queue full").waiting->end, End::full);
    EXPECT_EQ(queue("queue fail").waiting->end, End::fails);
    EXPECT_EQ(queue("queue fail \"it is closed\"").waiting->why, "it is closed");
    EXPECT_EQ(queue("queue empty").waiting->end, End::empty);
    EXPECT_EQ(queue("queue never").waiting->end, End::never);
    EXPECT_EQ(queue("queue end after 9s").ends_after, 9s);
    EXPECT_EQ(room("conference start after 1s").starts_after, 1s);
    EXPECT_EQ(room("conference end after 1m").ends_after, 1min);
    EXPECT_EQ(room("conference never").starts_after, milliseconds::max());
}

TEST(Script, has_what_is_waited_for_and_expected)
{
    for (const std::string_view what :
         {"say",        "play",           "gather",  "record",       "recorded", "dial",
          "bridge",     "conference",     "queue",   "queue bridge", "dequeue",  "hang up",
          "send keys",  "leg answer",     "leg end", "answer",       "transfer", "park",
          "reject",     "stream",         "request", "branch",       "warning",  "module",
          "stream end", "failed request", "refer"}) {
        const Step waiting = step("wait for " + std::string(what));
        EXPECT_EQ(waiting.kind, Step::Kind::wait_for);
        EXPECT_EQ(waiting.deed, what);
        const Step expecting = step("expect " + std::string(what) + " \"some subject\"");
        EXPECT_EQ(expecting.kind, Step::Kind::expect);
        EXPECT_EQ(expecting.deed, what);
        EXPECT_EQ(expecting.subject, "some subject");
    }
    EXPECT_EQ(step("expect end").deed, "end");
    EXPECT_EQ(step("expect cdr").deed, "cdr");
    EXPECT_EQ(step("expect callback /status").kind, Step::Kind::expect_callback);
    EXPECT_EQ(step("expect reject busy").subject, "486");
}

TEST(Script, has_what_must_not_happen)
{
    EXPECT_EQ(step("expect no warnings").kind, Step::Kind::expect_none);
    EXPECT_EQ(step("expect no warnings").deed, "warning");
    EXPECT_EQ(step("expect no dial").deed, "dial");
    EXPECT_EQ(step("expect no dial +1").subject, "+1");
    EXPECT_EQ(step("expect no failed request").deed, "failed request");
    EXPECT_EQ(step("expect no callback /x").kind, Step::Kind::expect_none);
    const Step read = step("expect no request POST /x with A=1");
    EXPECT_EQ(read.method, "POST");
    EXPECT_EQ(read.subject, "/x");
    EXPECT_EQ(read.parameters.size(), 1U);
}

TEST(Script, has_callbacks_that_must_be_taken)
{
    for (const char* line :
         {"expect callback /x taken", "expect callback taken",
          "expect callback /x taken with A=1 B=2", "expect callback POST /x with A=1 B=2 taken"}) {
        EXPECT_TRUE(step(line).wants_taken) << line;
        EXPECT_THAT(step(line).parameters.size(), testing::AnyOf(0U, 2U)) << line;
    }
    EXPECT_FALSE(step("expect callback /x with A=taken").wants_taken);
    EXPECT_FALSE(step("expect callback \"taken\"").wants_taken);
}

TEST(Script, has_names_of_those_who_are_called)
{
    const auto address = [](std::string_view line) { return step(line).dial.parts[0].address; };
    EXPECT_EQ(address("leg kim busy"), "kim");
    EXPECT_EQ(address("leg kim no answer"), "kim");
    EXPECT_EQ(address("leg client:kim busy"), "client:kim");
    EXPECT_EQ(address("leg \"Kim Lee\" hang up after 3s"), "Kim Lee");
    EXPECT_EQ(address("leg \"busy\" busy"), "busy");
    EXPECT_EQ(address("leg bus busy"), "bus");
    EXPECT_EQ(address("leg busy"), "");
    EXPECT_EQ(address("leg no answer"), "");
    EXPECT_TRUE(is_address("client:kim", "Kim"));
    EXPECT_TRUE(is_address("kim", "client:kim"));
    EXPECT_TRUE(is_address("sip:kim@a.example", "sip:kim@a.example?X-A=1"));
    EXPECT_FALSE(is_address("kim", "kimberly"));
}

TEST(Script, has_streams_and_modules)
{
    EXPECT_EQ(step("stream ends").stream.ends_after, 10s);
    EXPECT_EQ(step("stream ends after 3s").stream.ends_after, 3s);
    EXPECT_TRUE(step("stream fails").stream.fails);
    EXPECT_EQ(step("stream fails \"no route\"").stream.why, "no route");
    const Step read = step("module voicemail takes \"a b\" after 2s");
    EXPECT_EQ(read.kind, Step::Kind::plan_module);
    EXPECT_EQ(read.module.module, "voicemail");
    EXPECT_EQ(read.module.branch, "a b");
    EXPECT_EQ(read.module.after, 2s);
}

TEST(Script, has_parameters_of_requests)
{
    const Step read = step("expect request /a with Digits=1 Speech=\"two words\" Empty= Text=\"\"");
    EXPECT_EQ(read.subject, "/a");
    EXPECT_THAT(
        read.parameters,
        testing::ElementsAre(testing::Pair("Digits", "1"), testing::Pair("Speech", "two words"),
                             testing::Pair("Empty", ""), testing::Pair("Text", "")));
    EXPECT_EQ(step("expect request with Digits=1").subject, "");
}

TEST(Script, says_which_line_is_wrong_and_what_to_do)
{
    EXPECT_EQ(error("wait 1s\n\npres 1"), "3: `pres` is not a step: did you mean `press`?");
    EXPECT_THAT(error("sing"),
                StartsWith("1: `sing` is not a step: write one of wait for, wait, "));
    EXPECT_EQ(error("hangup"), "1: `hangup` is not a step: did you mean `hang up`?");
    EXPECT_THAT(error("wait"), HasSubstr("write `wait 3s`"));
    EXPECT_THAT(error("wait 1s 2s"), HasSubstr("`2s` is too much"));
    EXPECT_THAT(error("wait for"), HasSubstr("something is missing here: hang up, "));
    EXPECT_EQ(error("wait for gater"), "1: `gater` cannot be waited for: did you mean `gather`?");
    EXPECT_THAT(error("wait for end"), HasSubstr("cannot be waited for"));
    EXPECT_THAT(error("press"), HasSubstr("are not keys: write 0-9"));
    EXPECT_THAT(error("press 12x"), HasSubstr("`12x` are not keys"));
    EXPECT_THAT(error("press 1 afer 2s"), HasSubstr("write `after 2s`"));
    EXPECT_THAT(error("press 1 after 2s now"), HasSubstr("`now` is too much"));
    EXPECT_THAT(error("speak"), HasSubstr("words are missing"));
    EXPECT_THAT(error("speak yes please"), HasSubstr("words stand in quotes"));
    EXPECT_THAT(error("redirect"), HasSubstr("a URL is missing"));
    EXPECT_THAT(error("say \"x"), HasSubstr("a quote is not closed"));
    EXPECT_THAT(error("record"), HasSubstr("as in `record 5s`"));
    EXPECT_EQ(error("someone join"),
              "1: `join` is not something that someone does: did you mean `joins`?");
    EXPECT_EQ(error("leg bussy"),
              "1: `bussy` is not something that a leg does: did you mean `busy`?");
    EXPECT_THAT(error("leg 1"), HasSubstr("something is missing here: answer, "));
    EXPECT_THAT(error("leg fail"), HasSubstr("a cause is missing"));
    EXPECT_THAT(error("leg press x"), HasSubstr("as in `leg press 1`"));
    EXPECT_THAT(error("leg no answer 1"), HasSubstr("`1` is too much"));
    EXPECT_THAT(error("queue ful"), HasSubstr("did you mean `full`?"));
    EXPECT_THAT(error("conference stat"), HasSubstr("did you mean `start`?"));
    EXPECT_EQ(error("expect no warnngs"),
              "1: `warnngs` cannot be expected with `no`: did you mean `warnings`?");
    EXPECT_THAT(error("expect no"), HasSubstr("something is missing here: hang up, "));
    EXPECT_THAT(error("expect no end"), HasSubstr("`end` cannot be expected with `no`"));
    EXPECT_THAT(error("expect say a b"), HasSubstr("`b` is too much"));
    EXPECT_THAT(error("expect say a with Digits=1"),
                HasSubstr("only requests, callbacks and the CDR have parameters"));
    EXPECT_THAT(error("expect request /a taken"), HasSubstr("`taken` is too much"));
    EXPECT_THAT(error("leg kim bussy"), HasSubstr("did you mean `busy`?"));
    EXPECT_THAT(error("leg kim sings"), HasSubstr("`kim` is not something that a leg does"));
    EXPECT_THAT(error("leg Grüße"), HasSubstr("`Grüße` is not something"));
    EXPECT_THAT(error("stream end"), HasSubstr("did you mean `ends`?"));
    EXPECT_THAT(error("module voicemail"), HasSubstr("write `module voicemail takes _`"));
    EXPECT_THAT(error("expect request /a with"), HasSubstr("write `with Digits=1`"));
    EXPECT_THAT(error("expect request /a with Digits"), HasSubstr("`Digits` is not a parameter"));
    EXPECT_THAT(error("expect no warnings now"), HasSubstr("`now` is too much"));
    EXPECT_THAT(error("leg 0 busy"), HasSubstr("legs are counted from 1"));
    EXPECT_THAT(error("leg unreachable after 3s"), HasSubstr("`after` is too much"));
    EXPECT_EQ(error("wait 1s\npress " + std::string(1'001, '1')),
              "2: these are 1001 keys: a step has 1000 at most");
    EXPECT_THAT(error("leg press " + std::string(1'001, '1')), HasSubstr("a step has 1000"));
    EXPECT_TRUE(read_script("press " + std::string(1'000, '1')));
}

TEST(Script, says_what_is_wrong_with_a_time_and_shows_a_right_one)
{
    EXPECT_EQ(error("wait soon"),
              "1: `soon` is not a time: write `wait 3s`, or `wait for` and what is done");
    EXPECT_EQ(error("record long"),
              "1: `long` is not a time: write how long the caller speaks, as in `record 5s`");
    EXPECT_EQ(error("record"),
              "1: a time is missing: write how long the caller speaks, as in `record 5s`");
    const std::pair<const char*, const char*> wrong[] = {
        {"3", "`3` has no unit: write `3s`, or `ms` or `m` after the number"},
        {"2 s", "`2` has no unit: write `2s`"},
        {"-1s", "`-1s` is negative: a time is 0 or more; write `"},
        {"-1", "`-1` is negative"},
        {"2h", "`2h` is not a time: its unit is not `ms`, `s` or `m`; write `"},
        {"2sec", "its unit is not `ms`, `s` or `m`"},
        {"nans", "`nans` is not a time: write `"},
        {"infs", "`infs` is not a time"},
        {"soon", "`soon` is not a time"},
        {"99999999999s", "`99999999999s` is too long: a time is at most 1000000s"},
        {"1000001s", "is too long"},
        {"16667m", "is too long"},
        {"1e999ms", "is too long"},
        {"", "a time is missing: write `"},
    };
    for (const auto& [time, message] : wrong) {
        for (const char* begin :
             {"wait", "press 1 after", "speak \"yes\" after", "hang up after",
              "someone joins after", "someone leaves after", "leg answer after", "leg 2 busy after",
              "leg kim reject after", "leg fail CAUSE after", "leg hang up after",
              "leg press 1 after", "queue bridge after", "queue end after",
              "conference start after", "conference end after", "stream ends after",
              "module voicemail takes _ after"}) {
            EXPECT_THAT(error(fmt::format("{} {}", begin, time)), HasSubstr(message)) << begin;
        }
    }
    EXPECT_EQ(step("wait 1000000s").time, 1'000'000s);
    EXPECT_EQ(step("wait 1000000000ms").time, 1'000'000s);
}

TEST(Script, is_text)
{
    using namespace std::string_literals;
    EXPECT_THAT(error("press 1\nspeak \"a\0b\""s), StartsWith("2: the control character U+0000"));
    EXPECT_THAT(error("# \x1b[31m"), StartsWith("1: the control character U+001B"));
    EXPECT_THAT(error("\n\nspeak \"Gr\xFC\xDF\""),
                StartsWith("3: there are bytes that are not UTF-8"));
    EXPECT_TRUE(read_script("speak \"Grüß\"\t# a tab\r\n"));
}

TEST(Script, looks_for_words_in_what_is_said)
{
    const Step wanted = step("expect say \"Account  number\"");
    EXPECT_TRUE(matches(wanted, deed("say", "Please enter your account\n   NUMBER now")));
    EXPECT_FALSE(matches(wanted, deed("say", "account")));
    EXPECT_FALSE(matches(wanted, deed("play", "account number")));
    EXPECT_TRUE(matches(step("wait for say"), deed("say", "")));
    EXPECT_TRUE(matches(step("wait for gather"), deed("listen", "")));
    EXPECT_TRUE(matches(step("wait for play menu.mp3"), deed("play", "http://a.example/menu.mp3")));
}

TEST(Script, wants_whole_addresses_names_and_branches)
{
    Deed dial = deed("dial", "+14155550100, sip:Ann@example.com");
    dial.addresses = {"+14155550100", "sip:Ann@example.com"};
    EXPECT_TRUE(matches(step("expect dial +14155550100"), dial));
    EXPECT_TRUE(matches(step("expect dial SIP:ann@EXAMPLE.com"), dial));
    EXPECT_FALSE(matches(step("expect dial +1415"), dial));
    EXPECT_FALSE(matches(step("expect dial \"+14155550100, sip:Ann@example.com\""), dial));
    const Deed transfer = deed("transfer", "sip:ann@example.com?X-Tag=1");
    EXPECT_TRUE(matches(step("expect transfer sip:ann@example.com"), transfer));
    EXPECT_TRUE(matches(step("expect transfer sip:ann@example.com?X-Tag=1"), transfer));
    EXPECT_FALSE(matches(step("expect transfer sip:ann@example.com?X-Tag=2"), transfer));
    EXPECT_FALSE(matches(step("expect refer sip:ann@example.com"), transfer));
    const Deed refer = deed("refer", "sip:ann@example.com");
    EXPECT_TRUE(matches(step("expect refer sip:ann@example.com"), refer));
    EXPECT_TRUE(matches(step("expect transfer sip:ann@example.com"), refer));
    EXPECT_FALSE(matches(step("expect conference room"), deed("conference", "room 2")));
    EXPECT_TRUE(matches(step("expect branch _"), deed("branch", "_")));
    EXPECT_FALSE(matches(step("expect branch 1"), deed("branch", "11")));
    EXPECT_FALSE(matches(step("expect reject 48"), deed("reject", "486")));
}

TEST(Script, wants_whole_paths_and_parts_of_urls)
{
    const Deed asked = deed("request", "http://127.0.0.1:8080/ivr/menu?x=1");
    EXPECT_TRUE(matches(step("expect request /ivr/menu"), asked));
    EXPECT_TRUE(matches(step("expect request /ivr/menu?x=1"), asked));
    EXPECT_TRUE(matches(step("expect request http://127.0.0.1:8080/ivr/menu"), asked));
    EXPECT_TRUE(matches(step("expect request menu"), asked));
    EXPECT_FALSE(matches(step("expect request /ivr"), asked));
    EXPECT_FALSE(matches(step("expect request /menu"), asked));
    EXPECT_FALSE(matches(step("expect request /ivr/menu?x=2"), asked));
    EXPECT_FALSE(matches(step("expect request /"), deed("request", "http://a.example")));
}

TEST(Script, wants_each_parameter_as_it_is)
{
    Deed asked = deed("request", "http://a.example/");
    asked.parameters = {{"Digits", "12"}, {"From", "+1"}};
    EXPECT_TRUE(matches(step("expect request with From=+1 Digits=12"), asked));
    EXPECT_FALSE(matches(step("expect request with Digits=1"), asked));
    EXPECT_FALSE(matches(step("expect request with digits=12"), asked));
    EXPECT_FALSE(matches(step("expect request with Digits="), asked));
}

TEST(Script, says_what_was_there_instead)
{
    Deed asked = deed("request", "http://a.example/");
    asked.parameters = {{"Digits", "12"}, {"From", "+1"}, {"From", "+2"}};
    EXPECT_EQ(difference(step("expect request with Digits=1 To=+3 From=+1"), asked),
              "Digits is \"12\", and there is no To among Digits, From");
    asked.parameters.clear();
    EXPECT_EQ(difference(step("expect request with To=+3"), asked), "there are no parameters");
    EXPECT_EQ(difference(step("expect callback taken"), asked), "it was not taken");
}

TEST(Script, wants_the_method_and_what_was_taken)
{
    Deed asked = deed("callback", "http://a.example/x");
    asked.method = "POST";
    EXPECT_TRUE(matches(step("expect callback POST /x"), asked));
    EXPECT_FALSE(matches(step("expect callback GET /x"), asked));
    EXPECT_FALSE(matches(step("expect callback /x taken"), asked));
    asked.is_taken = true;
    EXPECT_TRUE(matches(step("expect callback /x taken"), asked));
    Deed failed = deed("request", "http://a.example/x");
    EXPECT_FALSE(matches(step("expect failed request"), failed));
    failed.has_failed = true;
    EXPECT_TRUE(matches(step("expect failed request /x"), failed));
    EXPECT_FALSE(matches(step("expect failed request /y"), failed));
}

}  // namespace
}  // namespace pivot::switches::scripted
