#include "pivot/serve/calls/call_history.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ServeCallHistory : public testing::Test {
protected:
    void begin(const std::string& id, const std::string& switch_id = "", std::int64_t at = 0)
    {
        CallFacts facts;
        facts.id = id;
        facts.switch_id = switch_id;
        history.begin(std::move(facts), at);
    }
    void end(const std::string& id, std::int64_t at = 0) { history.end(id, SessionEnd(), at); }

    static std::vector<std::string> ids(const std::vector<KnownCall>& calls)
    {
        std::vector<std::string> ids;
        for (const KnownCall& call : calls) ids.push_back(call.facts.id);
        return ids;
    }
    std::vector<std::string> find(std::string_view key) const { return ids(history.find(key, 10)); }

    CallHistory history;
};

TEST_F(ServeCallHistory, finds_a_call_by_its_ids_and_by_how_they_begin)
{
    begin("call-123456", "1795458421.28");
    begin("call-123499", "1795458421.29");
    end("call-123499", 5);
    EXPECT_THAT(find("call-123456"), ElementsAre("call-123456"));
    EXPECT_THAT(find("1795458421.29"), ElementsAre("call-123499"));
    EXPECT_THAT(find("call-1234"), ElementsAre("call-123456", "call-123499"));
    EXPECT_THAT(find("17954584"), ElementsAre("call-123456", "call-123499"));
    EXPECT_THAT(find("call-"), IsEmpty()) << "too short";
    EXPECT_THAT(find("another"), IsEmpty());
}

TEST_F(ServeCallHistory, tells_calls_apart_that_the_switch_calls_by_one_id)
{
    EXPECT_EQ(history.free_id("call-1"), "call-1");
    begin("call-1");
    EXPECT_EQ(history.free_id("call-1"), "call-1~2");
    begin("call-1~2", "179.2");
    EXPECT_EQ(history.free_id("call-1"), "call-1~3");
    EXPECT_THAT(find("call-1"), ElementsAre("call-1", "call-1~2"));
    EXPECT_THAT(find("179.2"), ElementsAre("call-1~2"));
    end("call-1~2");
    EXPECT_EQ(ids(history.in_flight(10)), std::vector<std::string>{"call-1"});
    end("call-1");
    EXPECT_EQ(history.free_id("call-1"), "call-1");
}

TEST_F(ServeCallHistory, counts_the_calls_of_each_front_end)
{
    for (const char* id : {"a", "b", "c"}) {
        CallFacts facts;
        facts.id = id;
        facts.front = id == std::string_view("c") ? "asterisk" : "scripted";
        history.begin(std::move(facts), 0);
    }
    end("b");
    end("c");
    EXPECT_THAT(history.calls_by_front(),
                ElementsAre(testing::Pair("asterisk", 0), testing::Pair("scripted", 1)));
}

TEST_F(ServeCallHistory, shows_the_last_of_the_calls_that_had_one_id)
{
    begin("same-id");
    end("same-id", 5);
    begin("same-id", "", 6);
    history.note("same-id", LogLevel::warning, "second", 7);
    const auto found = history.find("same-id", 10);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_FALSE(found[0].ended_unix_ms);
    EXPECT_THAT(found[0].lines, SizeIs(1));
    EXPECT_EQ(found[1].ended_unix_ms, 5);
    EXPECT_THAT(found[1].lines, IsEmpty());
}

TEST_F(ServeCallHistory, adds_a_line_to_the_last_call_of_a_channel)
{
    EXPECT_FALSE(history.knows_channel("179.1"));
    begin("call-1", "179.1", 1);
    begin("call-1~2", "179.1", 2);
    end("call-1~2", 3);
    EXPECT_TRUE(history.knows_channel("179.1"));
    EXPECT_FALSE(history.knows_channel("call-1")) << "this is no channel";
    EXPECT_EQ(history.note_channel("179.1", LogLevel::warning, "goes on", 4), "call-1~2");
    EXPECT_THAT(history.find("call-1~2", 1).front().lines, SizeIs(1));
    EXPECT_EQ(history.note_channel("179.2", LogLevel::warning, "goes on", 4), std::nullopt);
}

TEST_F(ServeCallHistory, keeps_the_first_and_the_last_lines_of_a_call)
{
    begin("call-1");
    for (std::size_t i = 0; i < 2 * CallHistory::lines_max; ++i) {
        history.note("call-1", LogLevel::debug, fmt::format("line {}", i), 0);
    }
    const KnownCall call = history.find("call-1", 1).front();
    ASSERT_THAT(call.lines, SizeIs(CallHistory::lines_max));
    EXPECT_EQ(call.lines.front().text, "line 0");
    EXPECT_EQ(call.lines.back().text, fmt::format("line {}", 2 * CallHistory::lines_max - 1));
    EXPECT_EQ(call.lines_left_out, CallHistory::lines_max);
    history.note("call-1", LogLevel::debug, std::string(10'000, 'x'), 0);
    EXPECT_THAT(history.find("call-1", 1).front().lines.back().text,
                SizeIs(CallHistory::line_bytes_max));
}

TEST_F(ServeCallHistory, has_no_secrets)
{
    begin("call-1");
    history.note("call-1", LogLevel::warning, "not played: https://ann:secret@h/a.wav", 0);
    history.note_mistake("call-1", "not a URL: https://ann:secret@h:x", 0);
    const KnownCall call = history.find("call-1", 1).front();
    EXPECT_THAT(call.lines, SizeIs(2));
    for (const CallLine& line : call.lines) {
        EXPECT_THAT(line.text, HasSubstr("https://[redacted]@h"));
    }
}

TEST_F(ServeCallHistory, counts_the_mistakes_of_a_web_server)
{
    begin("call-1");
    history.note("call-1", LogLevel::debug, "answers", 1);
    history.note_mistake("call-1", "1:11: Sya is unknown, and skipped", 2);
    const KnownCall call = history.find("call-1", 1).front();
    EXPECT_EQ(call.mistakes, 1U);
    EXPECT_EQ(call.lines.back().text, "1:11: Sya is unknown, and skipped");
}

TEST_F(ServeCallHistory, forgets_the_call_that_ended_first)
{
    for (std::size_t i = 0; i <= CallHistory::ended_max; ++i) {
        begin(fmt::format("call-{:06}", i), fmt::format("channel-{}", i));
        end(fmt::format("call-{:06}", i));
    }
    EXPECT_THAT(find("call-000000"), IsEmpty());
    EXPECT_THAT(find("channel-0"), IsEmpty());
    EXPECT_THAT(find("call-000001"), ElementsAre("call-000001"));
    EXPECT_THAT(history.ended(1'000'000), SizeIs(CallHistory::ended_max));
}

TEST_F(ServeCallHistory, knows_all_of_a_call_that_has_ended)
{
    CallFacts facts;
    facts.id = "call-1";
    facts.switch_id = "179.1";
    facts.account_id = "acme";
    facts.from = "+14155550100";
    facts.called = "+14155550199";
    facts.action = "http://web.example.com/ivr";
    facts.front = "kazoo-main";
    facts.is_outbound = true;
    SessionEnd ended;
    ended.has_moved = true;
    ended.was_answered = true;
    ended.iterations = 3;
    ended.cause = {"USER_BUSY", 486};
    ended.branch = "_";
    ended.failure = "timeout: no answer";

    // Every place has had another call, of which nothing is left.
    for (std::size_t i = 0; i < CallHistory::ended_max; ++i) {
        const std::string id = fmt::format("earlier-{}", i);
        begin(id, std::string(i % 100, 'x'));
        history.note(id, LogLevel::warning, "another call's line, which is longer", 0);
        end(id);
    }
    history.begin(facts, 5);
    history.note("call-1", LogLevel::debug, "answers", 6);
    history.note_mistake("call-1", "1:11: Sya is unknown", 7);
    const auto told = history.end("call-1", ended, 8);
    ASSERT_TRUE(told);
    const auto known = history.call_of("call-1", "acme");
    ASSERT_TRUE(known);
    const KnownCall listed = history.ended(1).front();
    const KnownCall found = history.find("179.1", 1).front();
    for (const KnownCall* const call : {&*told, &*known, &listed, &found}) {
        EXPECT_EQ(call->facts.id, facts.id);
        EXPECT_EQ(call->facts.switch_id, facts.switch_id);
        EXPECT_EQ(call->facts.account_id, facts.account_id);
        EXPECT_EQ(call->facts.from, facts.from);
        EXPECT_EQ(call->facts.called, facts.called);
        EXPECT_EQ(call->facts.action, facts.action);
        EXPECT_EQ(call->facts.front, facts.front);
        EXPECT_TRUE(call->facts.is_outbound);
        EXPECT_EQ(call->began_unix_ms, 5);
        EXPECT_EQ(call->ended_unix_ms, 8);
        EXPECT_TRUE(call->end.has_moved);
        EXPECT_TRUE(call->end.was_answered);
        EXPECT_EQ(call->end.iterations, 3);
        EXPECT_EQ(call->end.cause.name, "USER_BUSY");
        EXPECT_EQ(call->end.cause.sip_code, 486);
        EXPECT_EQ(call->end.branch, "_");
        EXPECT_EQ(call->end.failure, ended.failure);
        EXPECT_EQ(call->lines.size(), call == &found ? 2U : 0U);
    }
    EXPECT_EQ(found.lines.front().text, "answers");
    EXPECT_EQ(found.lines.back().text, "1:11: Sya is unknown");
    EXPECT_EQ(found.lines.back().unix_ms, 7);
    EXPECT_EQ(found.mistakes, 1U);
    EXPECT_FALSE(history.call_of("call-1", "another account"));
    EXPECT_FALSE(history.call_of("earlier-0", ""));
}

TEST_F(ServeCallHistory, lists_calls_in_flight_from_the_oldest_and_ended_ones_from_the_last)
{
    for (const char* id : {"a", "b", "c", "d"}) begin(id);
    end("b");
    end("a");
    EXPECT_THAT(ids(history.in_flight(10)), ElementsAre("c", "d"));
    EXPECT_THAT(ids(history.ended(10)), ElementsAre("a", "b"));
    EXPECT_THAT(ids(history.ended(1)), ElementsAre("a"));
}

TEST_F(ServeCallHistory, has_refused_calls_among_the_ended_ones)
{
    CallFacts facts;
    facts.id = "call-1";
    history.begin(facts, 6);
    const auto refused = history.refuse("call-1", "no action for it", 7);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->refusal, "no action for it");
    const KnownCall call = history.find("call-1", 1).front();
    EXPECT_EQ(call.refusal, "no action for it");
    EXPECT_EQ(call.ended_unix_ms, 7);
    EXPECT_TRUE(call.has_failed());
}

TEST_F(ServeCallHistory, takes_no_notice_of_calls_that_it_does_not_know)
{
    history.note("nobody", LogLevel::error, "text", 0);
    end("nobody");
    EXPECT_THAT(history.ended(10), IsEmpty());
}

}  // namespace
}  // namespace pivot::tools
