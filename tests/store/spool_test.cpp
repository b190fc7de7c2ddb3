#include "store/spool.hpp"

#include "peers/eventually.hpp"
#include "spooled.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <latch>
#include <string_view>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>

namespace pivot::test {
namespace {

using Ids = std::vector<std::string>;

// As on a full disk, for all of this process: the kernel refuses what would make a file longer.
class NoFileGrows {
public:
    NoFileGrows()
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit none{0, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~NoFileGrows() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

class Spool : public ::testing::Test {
protected:
    Spool()
    {
        config_.path = folder_.path() / "store";
        config_.retry_min = std::chrono::milliseconds(1);
        config_.retry_max = std::chrono::milliseconds(20);
    }

    void open()
    {
        store_ = open_store(config_, log_);
        spool_.emplace(*store_, *reactor_);
        client_.emplace(*spool_, *reactor_);
    }
    void close() { store_.reset(); }

    SpoolClient& client()
    {
        if (!store_) open();
        return *client_;
    }

    // Turns the reactor until the log's last line begins so. A line of the log wakes no reactor.
    void wait_for_log(std::string_view front)
    {
        EXPECT_TRUE(eventually([&] {
            reactor_->turn(0);
            const auto lines = log_.lines();
            return !lines.empty() && lines.back().starts_with(front);
        })) << front;
    }
    std::string in_store(std::string_view rest) const
    {
        return fmt::format("the store {}/{}", config_.path, rest);
    }

    TemporaryFolder folder_;
    StoreLog log_;
    store::StoreConfig config_;
    std::unique_ptr<reactor::Reactor> reactor_ = std::move(*reactor::Reactor::open());
    std::unique_ptr<store::Store> store_;  // closed before the reactor
    std::optional<store::Spool> spool_;
    std::optional<SpoolClient> client_;
};

TEST_F(Spool, what_was_put_is_due)
{
    const auto put = cdr_of("1", "https://ann:secret@h/cdr?x=1");
    EXPECT_TRUE(client().put(put));
    const auto due = client().due(0);
    ASSERT_EQ(ids(due), Ids{"1"});
    EXPECT_EQ(due[0].attempts, 0);
    const auto& cdr = due[0].cdr;
    EXPECT_EQ(cdr.call_id, put.call_id);
    EXPECT_EQ(cdr.account_id, put.account_id);
    EXPECT_EQ(cdr.url, put.url);
    EXPECT_EQ(cdr.body, put.body);
    EXPECT_EQ(cdr.ended_unix_ms, put.ended_unix_ms);
}

TEST_F(Spool, bytes_come_out_as_they_went_in)
{
    auto cdr = cdr_of("1");
    cdr.account_id = "";
    cdr.body = std::string("a\0b'\"%\xc3\xab", 9);
    EXPECT_TRUE(client().put(cdr));
    const auto due = client().due(0);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].cdr.account_id, "");
    EXPECT_EQ(due[0].cdr.body, cdr.body);
    EXPECT_TRUE(due[0].cdr.is_recorded);
}

TEST_F(Spool, nobody_has_to_wait_for_it)
{
    open();
    spool_->put(cdr_of("1"), {});
    EXPECT_EQ(ids(client().due(0)), Ids{"1"});
}

TEST_F(Spool, the_longest_due_comes_first)
{
    for (const auto* id : {"b", "a", "c", "d"}) EXPECT_TRUE(client().put(cdr_of(id)));
    client().due(0);
    EXPECT_TRUE(client().failed("b", 30));
    EXPECT_TRUE(client().failed("d", 10));
    EXPECT_TRUE(client().failed("a", 20));
    EXPECT_TRUE(client().failed("c", 31));
    EXPECT_EQ(ids(client().due(30)), (Ids{"d", "a", "b"}));
}

TEST_F(Spool, what_is_handed_out_is_not_handed_out_again)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    EXPECT_EQ(ids(client().due(0)), Ids{"1"});
    EXPECT_EQ(ids(client().due(0)), Ids{});
    EXPECT_TRUE(client().put(cdr_of("2")));
    EXPECT_EQ(ids(client().due(0)), Ids{"2"});
}

TEST_F(Spool, what_failed_is_due_again_at_its_time)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    client().due(0);
    EXPECT_TRUE(client().failed("1", 500));
    EXPECT_EQ(ids(client().due(499)), Ids{});
    const auto due = client().due(500);
    ASSERT_EQ(ids(due), Ids{"1"});
    EXPECT_EQ(due[0].attempts, 1);
}

TEST_F(Spool, what_is_removed_is_gone)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    client().due(0);
    EXPECT_TRUE(client().remove("1"));
    EXPECT_TRUE(client().remove("1"));
    EXPECT_TRUE(client().failed("1", 0));
    EXPECT_EQ(ids(client().due(0)), Ids{});
    close();
    open();
    EXPECT_EQ(ids(client().due(0)), Ids{});
}

TEST_F(Spool, an_origin_has_only_so_many_handed_out)
{
    for (const auto* id : {"1", "2", "3", "4"}) EXPECT_TRUE(client().put(cdr_of(id)));
    EXPECT_TRUE(client().put(cdr_of("5", "https://other/cdr")));
    session::DueQuery query;
    query.cdrs_max = 10;
    query.origin_cdrs_max = 2;
    EXPECT_EQ(ids(client().due(query)), (Ids{"1", "2", "5"}));
    EXPECT_EQ(ids(client().due(query)), Ids{});
    EXPECT_TRUE(client().remove("1"));
    EXPECT_EQ(ids(client().due(query)), Ids{"3"});
    EXPECT_TRUE(client().failed("2", 0));
    EXPECT_EQ(ids(client().due(query)), Ids{"2"});
}

TEST_F(Spool, an_origin_can_be_avoided)
{
    EXPECT_TRUE(client().put(cdr_of("1", "https://h/a")));
    EXPECT_TRUE(client().put(cdr_of("2", "https://H:443/b")));
    EXPECT_TRUE(client().put(cdr_of("3", "http://h/a")));
    session::DueQuery query;
    query.cdrs_max = query.origin_cdrs_max = 10;
    query.avoided_origins = {"https://h:443"};
    EXPECT_EQ(ids(client().due(query)), Ids{"3"});
    query.avoided_origins.clear();
    EXPECT_EQ(ids(client().due(query)), (Ids{"1", "2"}));
}

TEST_F(Spool, origins_take_turns)
{
    for (const auto* host : {"a", "b", "c"}) {
        for (int i = 0; i < 2; ++i) {
            EXPECT_TRUE(client().put(
                cdr_of(fmt::format("{}{}", host, i), fmt::format("https://{}/", host))));
        }
    }
    session::DueQuery query;
    query.cdrs_max = 1;
    query.origin_cdrs_max = 10;
    Ids order;
    for (int i = 0; i < 7; ++i) {
        for (const auto& id : ids(client().due(query))) order.push_back(id);
    }
    EXPECT_EQ(order, (Ids{"a0", "b0", "c0", "a1", "b1", "c1"}));
}

TEST_F(Spool, it_survives_a_restart_with_what_was_handed_out)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    EXPECT_TRUE(client().put(cdr_of("2")));
    client().due(0);
    EXPECT_TRUE(client().failed("2", 100));
    close();
    open();
    EXPECT_EQ(ids(client().due(99)), Ids{"1"});
    const auto due = client().due(100);
    ASSERT_EQ(ids(due), Ids{"2"});
    EXPECT_EQ(due[0].attempts, 1);
}

TEST_F(Spool, it_knows_how_many_wait_and_since_when)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    session::Cdr later = cdr_of("2");
    later.ended_unix_ms = 2000;
    EXPECT_TRUE(client().put(later));
    EXPECT_TRUE(client().put(later));
    EXPECT_EQ(store_->cdrs_waiting(), 2U);
    EXPECT_EQ(store_->oldest_cdr_unix_ms(), 1000);
    client().due(0);
    EXPECT_TRUE(client().failed("2", 100));
    EXPECT_TRUE(client().remove("1"));
    EXPECT_TRUE(client().remove("1"));
    EXPECT_EQ(store_->cdrs_waiting(), 1U);
    EXPECT_EQ(store_->oldest_cdr_unix_ms(), 2000);
    close();
    open();
    EXPECT_EQ(store_->cdrs_waiting(), 1U);
    EXPECT_EQ(store_->oldest_cdr_unix_ms(), 2000);
    EXPECT_TRUE(client().remove("2"));
    EXPECT_EQ(store_->oldest_cdr_unix_ms(), 0);
}

// The child is killed as soon as the last CDR is done, in the middle of whatever else it does.
TEST_F(Spool, what_is_done_survives_being_killed)
{
    const auto child = checked(::fork(), "fork");
    if (child == 0) {
        const auto reactor = std::move(*reactor::Reactor::open());
        const auto store = open_store(config_, log_);
        store::Spool spool(*store, *reactor);
        SpoolClient client(spool, *reactor);
        for (int i = 0; i < 20; ++i) {
            if (!client.put(cdr_of(fmt::to_string(i)))) ::_exit(1);
        }
        client.due(0);
        if (!client.remove("0")) ::_exit(1);
        spool.put(cdr_of("undone"), {});
        ::raise(SIGKILL);
    }
    int status = 0;
    checked(::waitpid(child, &status, 0), "waitpid");
    ASSERT_TRUE(WIFSIGNALED(status));
    const auto due = ids(client().due(0));
    for (int i = 1; i < 20; ++i) {
        EXPECT_NE(std::ranges::find(due, fmt::to_string(i)), due.end()) << i;
    }
    EXPECT_EQ(std::ranges::find(due, "0"), due.end());
}

TEST_F(Spool, a_store_that_closes_writes_what_waits_and_replies)
{
    open();
    int done = 0;
    for (int i = 0; i < 100; ++i) {
        spool_->put(cdr_of(fmt::to_string(i)), [&](const Result<void>& outcome) {
            EXPECT_TRUE(outcome);
            ++done;
        });
    }
    close();
    run_until(*reactor_, [&] { return done == 100; });
    open();
    EXPECT_EQ(client().due(0).size(), 100U);
}

TEST_F(Spool, a_cdr_that_is_refused_is_in_the_log_without_its_secrets)
{
    config_.cdr_backlog_bytes_max = 10;
    auto cdr = cdr_of("id1", "https://ann:secret@h/cdr");
    cdr.body = "Call-ID=c1&SecurityCode=123";
    const auto put = client().put(cdr);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().reason, Reason::overload);
    EXPECT_EQ(put.error().message,
              "the store: 10 bytes of CDRs wait to be written, which is the limit");
    EXPECT_EQ(
        log_.lines(),
        Ids{"the CDR of call c1 cannot be kept: 10 bytes of CDRs wait to be written, which is "
            "the limit; it is for https://[redacted]@h/cdr (Idempotency-Key: id1): "
            "Call-ID=c1&SecurityCode=[redacted]"});
}

TEST_F(Spool, a_full_file_makes_cdrs_wait_and_loses_none)
{
    config_.cdr_bytes_max = 64 * 4096;
    open();
    constexpr int cdrs = 30;
    auto large = cdr_of("large");
    large.body = std::string(16 * 1024, 'x');
    int done = 0;
    for (int i = 0; i < cdrs; ++i) {
        large.id = fmt::to_string(i);
        spool_->put(large, [&](const Result<void>& outcome) {
            EXPECT_TRUE(outcome);
            ++done;
        });
    }
    wait_for_log(in_store("cdrs cannot be written: database or disk is full: CDRs wait"));
    EXPECT_LT(done, cdrs);
    EXPECT_FALSE(store_->is_written());
    EXPECT_TRUE(
        eventually([&] { return store_->cdrs_waiting() == static_cast<std::uint64_t>(cdrs); }));
    for (int removed = 0; removed < cdrs;) {
        for (const auto& id : ids(client().due(0))) {
            EXPECT_TRUE(client().remove(id));
            ++removed;
        }
    }
    EXPECT_EQ(done, cdrs);
    EXPECT_EQ(store_->cdrs_waiting(), 0U);
    wait_for_log(in_store("cdrs is written again"));
    EXPECT_TRUE(store_->is_written());
    EXPECT_EQ(log_.lines().size(), 2U) << "no line for each attempt";
}

TEST_F(Spool, what_was_delivered_is_not_handed_out_again_where_that_cannot_be_written)
{
    for (const auto* id : {"1", "2"}) EXPECT_TRUE(client().put(cdr_of(id)));
    EXPECT_EQ(ids(client().due(0)), (Ids{"1", "2"}));
    int done = 0;
    const auto count = [&](const Result<void>& outcome) {
        EXPECT_TRUE(outcome);
        ++done;
    };
    {
        const OtherWriter other(config_.path + "/cdrs");
        spool_->remove("1", count);
        spool_->failed("2", 0, count);
        wait_for_log(in_store("cdrs cannot be written: database is locked"));
        EXPECT_EQ(ids(client().due(0)), Ids{});
        EXPECT_EQ(done, 0);
    }
    run_until(*reactor_, [&] { return done == 2; });
    const auto due = client().due(0);
    ASSERT_EQ(ids(due), Ids{"2"});
    EXPECT_EQ(due[0].attempts, 1);
}

TEST_F(Spool, a_disk_that_is_full_loses_nothing_and_delivers_nothing_twice)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    EXPECT_EQ(ids(client().due(0)), Ids{"1"});
    int done = 0;
    const auto count = [&](const Result<void>& outcome) {
        EXPECT_TRUE(outcome);
        ++done;
    };
    {
        const NoFileGrows full;
        spool_->remove("1", count);
        spool_->put(cdr_of("2"), count);
        wait_for_log(in_store("cdrs cannot be written: "));
        EXPECT_EQ(ids(client().due(0)), Ids{});
        EXPECT_EQ(done, 0);
    }
    run_until(*reactor_, [&] { return done == 2; });
    EXPECT_EQ(ids(client().due(0)), Ids{"2"});
}

// SQLite waits for a file that another process has. It waited for each command in turn.
TEST_F(Spool, a_file_that_another_process_has_is_waited_for_by_all_at_once)
{
    open();
    constexpr int cdrs = 500;
    int done = 0;
    {
        const OtherWriter other(config_.path + "/cdrs");
        for (int i = 0; i < cdrs; ++i) {
            spool_->put(cdr_of(fmt::to_string(i)), [&](const Result<void>& outcome) {
                EXPECT_TRUE(outcome);
                ++done;
            });
        }
        wait_for_log(in_store("cdrs cannot be written: database is locked"));
    }
    run_until(*reactor_, [&] { return done == cdrs; });
}

TEST_F(Spool, what_a_closing_store_cannot_write_is_in_the_log)
{
    open();
    const OtherWriter other(config_.path + "/cdrs");
    std::optional<Result<void>> put;
    spool_->put(cdr_of("id1"), [&](const Result<void>& outcome) { put = outcome; });
    close();
    run_until(*reactor_, [&] { return put.has_value(); });
    EXPECT_FALSE(*put);
    EXPECT_EQ(log_.lines().back(),
              "the CDR of call c1 cannot be kept: database is locked; it is for https://h/cdr "
              "(Idempotency-Key: id1): Call-ID=c1");
}

TEST_F(Spool, debug_records_take_no_room_from_cdrs)
{
    config_.cdr_bytes_max = config_.debug_bytes_max = 512 * 1024;
    open();
    session::DebugFacts facts;
    const std::string body(session::DebugRecord::body_bytes_max, 'x');
    facts.request_body = body;
    for (int i = 0; i < 200; ++i) store_->add(session::DebugRecord(facts));
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(client().put(cdr_of(fmt::to_string(i))));
    EXPECT_EQ(log_.lines(), Ids{});
}

TEST_F(Spool, a_cdr_that_is_put_twice_is_there_once)
{
    EXPECT_TRUE(client().put(cdr_of("1")));
    EXPECT_TRUE(client().put(cdr_of("1")));
    EXPECT_EQ(ids(client().due(0)), Ids{"1"});
}

// Each reactor lives on its thread until the store is closed, which replies to it until then.
TEST_F(Spool, reactors_on_their_own_threads_share_a_store)
{
    constexpr int threads = 4;
    constexpr int cdrs = 100;
    open();
    std::latch all_put(threads);
    std::latch is_closed(1);
    std::vector<std::jthread> producers;
    for (int t = 0; t < threads; ++t) {
        producers.emplace_back([this, t, &all_put, &is_closed] {
            const auto reactor = std::move(*reactor::Reactor::open());
            store::Spool spool(*store_, *reactor);
            int done = 0;
            for (int i = 0; i < cdrs; ++i) {
                spool.put(cdr_of(fmt::format("{}-{}", t, i)), [&](const Result<void>& outcome) {
                    EXPECT_TRUE(outcome);
                    ++done;
                });
                store_->add(session::DebugRecord(session::DebugFacts()));
            }
            run_until(*reactor, [&] { return done == cdrs; });
            all_put.count_down();
            is_closed.wait();
        });
    }
    all_put.wait();
    session::DueQuery query;
    query.cdrs_max = query.origin_cdrs_max = 1000;
    EXPECT_EQ(client().due(query).size(), std::size_t{threads * cdrs});
    close();
    is_closed.count_down();
}

}  // namespace
}  // namespace pivot::test
