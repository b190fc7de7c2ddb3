#include "pivot/serve/calls/why.hpp"

#include <string>

#include <gmock/gmock.h>

namespace pivot::tools {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

KnownCall ended_call()
{
    KnownCall call;
    call.began_unix_ms = 1'000;
    call.ended_unix_ms = 13'500;
    call.end.was_answered = true;
    call.end.iterations = 3;
    call.end.cause.name = "NORMAL_CLEARING";
    return call;
}

TEST(Why, a_call_went_well)
{
    KnownCall call = ended_call();
    EXPECT_THAT(what_happened(call, 20'000), StartsWith("its web server did not fail: 3 answers"))
        << "the store does not know its warnings";
    call.lines.push_back({1'000, LogLevel::info, "arrives"});
    EXPECT_EQ(what_happened(call, 20'000),
              "nothing failed: 3 answers performed, and it ended after 12 s, with NORMAL_CLEARING");
    EXPECT_THAT(what_to_do(call), IsEmpty());
}

TEST(Why, something_was_warned_of)
{
    KnownCall call = ended_call();
    call.lines.push_back({2'000, LogLevel::debug, "answers"});
    call.lines.push_back({2'000, LogLevel::warning, "3:5: Play: cannot play /hello.wav: gone"});
    EXPECT_EQ(what_happened(call, 20'000),
              "its web server did not fail: 3 answers performed, and it ended after 12 s, with "
              "NORMAL_CLEARING; warning: 3:5: Play: cannot play /hello.wav: gone");
    call.lines.push_back({2'000, LogLevel::warning, "4:5: Say: …"});
    EXPECT_THAT(what_happened(call, 20'000), HasSubstr("gone; 1 more warning below"));
}

TEST(Why, its_web_server_made_mistakes)
{
    KnownCall call = ended_call();
    call.mistakes = 2;
    EXPECT_THAT(what_happened(call, 20'000), HasSubstr("; 2 mistakes of its web server below"));
    EXPECT_THAT(what_to_do(call), HasSubstr("`pivot check`"));
}

TEST(Why, its_process_was_killed)
{
    KnownCall call;
    call.began_unix_ms = 1'000;
    call.ended_unix_ms = 13'500;
    call.end.failure = CallHistory::lost;
    EXPECT_EQ(what_happened(call, 20'000),
              "it was lost: pivot serve ended while it performed this call; that was noticed 12 s "
              "after its beginning");
    call.lines.push_back({13'500, LogLevel::warning, "it goes on in the dialplan"});
    EXPECT_THAT(what_happened(call, 20'000), EndsWith("; warning: it goes on in the dialplan"));
    EXPECT_THAT(what_to_do(call), HasSubstr("journalctl"));
}

TEST(Why, its_web_server_failed)
{
    KnownCall call = ended_call();
    call.end.failure = "timeout: no answer within 2000 ms: the server had not sent a byte";
    call.end.branch = "_";
    call.end.was_answered = false;
    EXPECT_EQ(what_happened(call, 20'000),
              "its web server failed: timeout: no answer within 2000 ms: the server had not sent a "
              "byte; there was no branch _ to go on with; it ended after 12 s, unanswered, with "
              "NORMAL_CLEARING");
    EXPECT_THAT(what_to_do(call), HasSubstr("req_timeout_ms"));
}

TEST(Why, it_was_refused)
{
    KnownCall call = ended_call();
    call.refusal = "no action for the number \"+49\"";
    EXPECT_EQ(what_happened(call, 20'000), "it was refused: no action for the number \"+49\"");
    EXPECT_THAT(what_to_do(call), HasSubstr("[numbers]"));
}

TEST(Why, it_was_refused_for_a_reason)
{
    KnownCall call = ended_call();
    call.refusal = "bad_action: HTTP-Method is \"put\", not get or post";
    EXPECT_THAT(what_to_do(call), HasSubstr("correct the action"));
}

TEST(Why, it_was_given_up)
{
    KnownCall call = ended_call();
    call.end.failure = "cancelled: KAZOO no longer waits for the reply";
    EXPECT_THAT(
        what_happened(call, 20'000),
        HasSubstr("it was given up: cancelled: KAZOO no longer waits for the reply; it ended"));
}

TEST(Why, its_switch_goes_on_with_it_and_knows_whether_it_was_answered)
{
    KnownCall call = ended_call();
    call.end.was_answered = false;
    call.end.cause.name.clear();
    EXPECT_THAT(what_happened(call, 20'000),
                HasSubstr("and it went back to its switch after 12 s"));
    call.end.has_moved = true;
    EXPECT_THAT(what_happened(call, 20'000), EndsWith("and it went elsewhere after 12 s"));
    call.end.has_moved = false;
    call.end.failure = "status: the server answered 500";
    EXPECT_THAT(what_happened(call, 20'000),
                EndsWith("the branch _ was taken; it went back to its switch after 12 s"));
}

TEST(Why, it_has_not_ended)
{
    KnownCall call = ended_call();
    call.ended_unix_ms.reset();
    EXPECT_EQ(what_happened(call, 4'500), "it has been in flight for 3.5 s");
}

TEST(Why, every_reason_has_its_advice)
{
    KnownCall call = ended_call();
    for (int number = 0; number <= static_cast<int>(Reason::overload); ++number) {
        const auto reason = static_cast<Reason>(number);
        if (reason == Reason::cancelled) continue;  // nothing is wrong
        call.end.failure = std::string(name(reason)) + ": why";
        EXPECT_THAT(what_to_do(call), Not(IsEmpty())) << name(reason);
    }
}

}  // namespace
}  // namespace pivot::tools
