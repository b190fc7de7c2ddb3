#include "base/clock.hpp"
#include "peers/eventually.hpp"
#include "peers/temporary_folder.hpp"
#include "pivot/serve/calls/call_ledger.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class ServeCallLedger : public testing::Test {
protected:
    ServeCallLedger() { settings.path = folder.path() / "calls"; }

    void open()
    {
        auto opened = CallLedger::open(settings, log);
        ASSERT_TRUE(opened) << opened.error();
        ledger = std::move(*opened);
    }
    void close() { ledger.reset(); }

    void add(const std::string& id, std::int64_t ended_unix_ms = unix_now_ms())
    {
        KnownCall call;
        call.facts.id = id;
        call.began_unix_ms = ended_unix_ms - 1'000;
        call.ended_unix_ms = ended_unix_ms;
        ledger->add(std::move(call));
    }
    std::vector<std::string> ids() const
    {
        const auto calls = CallLedger::read(settings.path, 1'000'000);
        EXPECT_TRUE(calls) << calls.error();
        std::vector<std::string> ids;
        if (calls) {
            for (const KnownCall& call : *calls) ids.push_back(call.facts.id);
        }
        return ids;
    }

    test::TemporaryFolder folder;
    LedgerSettings settings;
    Log log{LogSettings{}, -1};
    std::unique_ptr<CallLedger> ledger;
};

TEST_F(ServeCallLedger, has_a_row_for_every_call_with_all_that_is_known)
{
    open();
    KnownCall call;
    call.facts = {"call-1", "179.1", "a1", "+491", "+492", "http://example.com/ivr"};
    call.began_unix_ms = unix_now_ms() - 5'000;
    call.ended_unix_ms = call.began_unix_ms + 4'000;
    call.end.was_answered = true;
    call.end.has_moved = true;
    call.end.iterations = 3;
    call.end.cause = {"USER_BUSY", 486};
    call.end.branch = "_";
    call.end.failure = "timeout: no answer within 2000 ms";
    call.refusal = "no action";
    ledger->add(call);
    close();
    const auto read = CallLedger::read(settings.path, 10);
    ASSERT_TRUE(read) << read.error();
    ASSERT_THAT(*read, SizeIs(1));
    EXPECT_EQ(to_json(read->front()), to_json(call));
}

TEST_F(ServeCallLedger, removes_old_rows_in_pieces_though_no_calls_come)
{
    open();
    for (int i = 0; i < 2'500; ++i) add(fmt::format("call-{}", i));
    close();
    ASSERT_THAT(ids(), SizeIs(2'500));
    settings.unix_now_ms = [] { return unix_now_ms() + std::int64_t{31} * 24 * 3'600 * 1'000; };
    open();
    EXPECT_TRUE(test::eventually([this] { return ids().empty(); }));
    close();
}

TEST_F(ServeCallLedger, finds_calls_by_either_id_and_by_how_one_begins)
{
    open();
    for (const char* id : {"call-1", "call-2", "call-2~2", "other-1"}) {
        KnownCall call;
        call.facts.id = id;
        call.facts.switch_id = std::string("channel-") + id;
        call.began_unix_ms = unix_now_ms();
        ledger->add(std::move(call));
    }
    close();
    const auto found = [this](std::string_view key) {
        const auto calls = CallLedger::find(settings.path, key, 10);
        EXPECT_TRUE(calls) << calls.error();
        return calls ? calls->size() : 0;
    };
    EXPECT_EQ(found("call-1"), 1U);
    EXPECT_EQ(found("channel-call-1"), 1U);
    EXPECT_EQ(found("call-2"), 2U) << "one INVITE that came twice";
    EXPECT_EQ(found("call-2~2"), 1U);
    EXPECT_EQ(found("other-"), 1U);
    EXPECT_EQ(found("channel"), 4U);
    EXPECT_EQ(found("other"), 0U) << "too short";
    EXPECT_EQ(found("call-3"), 0U);
}

TEST_F(ServeCallLedger, goes_on_with_what_an_earlier_process_has_written)
{
    for (const char* id : {"first", "second"}) {
        open();
        add(id);
        close();
    }
    EXPECT_THAT(ids(), ElementsAre("second", "first"));
}

TEST_F(ServeCallLedger, forgets_what_is_too_old)
{
    settings.keep = std::chrono::hours(1);
    open();
    add("old", unix_now_ms() - 2 * 60 * 60 * 1'000);
    add("new");
    close();
    EXPECT_THAT(ids(), ElementsAre("new"));
}

TEST_F(ServeCallLedger, leaves_a_line_of_the_log_where_it_cannot_write_and_goes_on_when_it_can)
{
    settings.bytes_max = 40 * 4'096;
    open();
    add("first");
    close();
    open();
    for (int i = 0; i < 5'000; ++i) add(fmt::format("call-{:032}", i));
    close();
    EXPECT_EQ(ids().back(), "first");
    EXPECT_LT(ids().size(), 5'000U);

    settings.bytes_max *= 100;
    open();
    add("after");
    close();
    EXPECT_EQ(ids().front(), "after");
}

// What a process is killed with is what is in the file at that moment.
class ServeCallLedgerOfAKilledProcess : public ServeCallLedger {
protected:
    std::int64_t begin(const std::string& id)
    {
        CallFacts facts{id, "channel-" + id, "a1", "+491", "+492", "http://example.com/ivr"};
        facts.front = "asterisk";
        return ledger->begin(std::move(facts), 7'000);
    }
    void end(const std::string& id, std::int64_t row)
    {
        KnownCall call;
        call.facts.id = id;
        call.row = row;
        call.ended_unix_ms = unix_now_ms();
        ledger->add(std::move(call));
    }

    // Once everything has been written, as after a second.
    void be_killed()
    {
        add("marker");
        ASSERT_TRUE(test::eventually([this] {
            const auto written = ids();
            return !written.empty() && written.front() == "marker";
        }));
        std::filesystem::create_directory(folder.path() / "left");
        for (const char* name : {"calls", "calls-wal"}) {
            std::filesystem::copy(folder.path() / name, folder.path() / "left" / name);
        }
        close();
        settings.path = folder.path() / "left" / "calls";
        open();
    }
};

TEST_F(ServeCallLedgerOfAKilledProcess, has_the_calls_that_were_in_flight)
{
    open();
    const std::int64_t over = begin("over");
    begin("lost-1");
    begin("lost-2");
    const std::string id = ledger->id();
    be_killed();
    end("over", over);
    EXPECT_EQ(ledger->id(), id);
    const auto lost = ledger->take_lost();
    ASSERT_THAT(lost, SizeIs(3));
    EXPECT_EQ(lost[1].facts.id, "lost-1");
    EXPECT_EQ(lost[1].facts.switch_id, "channel-lost-1");
    EXPECT_EQ(lost[1].facts.account_id, "a1");
    EXPECT_EQ(lost[1].facts.from, "+491");
    EXPECT_EQ(lost[1].facts.called, "+492");
    EXPECT_EQ(lost[1].facts.action, "http://example.com/ivr");
    EXPECT_EQ(lost[1].facts.front, "asterisk");
    EXPECT_EQ(lost[1].began_unix_ms, 7'000);
    EXPECT_THAT(ledger->take_lost(), IsEmpty());
    EXPECT_GT(begin("next"), lost.back().row);
    end("lost-1", lost[1].row);
    close();
    open();
    const auto again = ledger->take_lost();
    ASSERT_THAT(again, SizeIs(2)) << "until they are added, ended";
    EXPECT_EQ(again.front().facts.id, "lost-2");
    EXPECT_EQ(again.back().facts.id, "next");
}

TEST_F(ServeCallLedgerOfAKilledProcess, lacks_those_that_had_ended)
{
    open();
    end("soon over", begin("soon over"));
    const std::int64_t later_over = begin("later over");
    close();
    open();
    EXPECT_THAT(ledger->take_lost(), SizeIs(1));
    end("later over", later_over);
    be_killed();
    EXPECT_THAT(ledger->take_lost(), IsEmpty());
    EXPECT_THAT(ids(), UnorderedElementsAre("soon over", "later over", "marker"));
}

TEST_F(ServeCallLedger, says_what_is_wrong_with_its_file)
{
    settings.path = folder.path() / "nowhere" / "calls";
    EXPECT_THAT(CallLedger::open(settings, log).error(), HasSubstr("nowhere/calls: "));
    EXPECT_THAT(CallLedger::read(settings.path, 1).error(), HasSubstr("nowhere/calls: "));
}

TEST(KnownCall, is_json_without_what_is_unknown)
{
    KnownCall call;
    call.facts.id = "a\"b";
    call.began_unix_ms = 7;
    EXPECT_EQ(to_json(call), R"({"id":"a\"b","began_unix_ms":7})");
}

}  // namespace
}  // namespace pivot::tools
