#include "store/store.hpp"

#include "peers/eventually.hpp"
#include "spooled.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::test {
namespace {

class Store : public ::testing::Test {
protected:
    Store() { config_.path = folder_.path() / "store"; }

    // Why it cannot be opened, without the folder.
    std::string error()
    {
        const auto store = store::Store::open(
            config_, [this](LogLevel, std::string_view, std::string_view line) { log_.add(line); });
        if (store) return "none";
        const auto front = "the store " + config_.path;
        EXPECT_TRUE(store.error().starts_with(front)) << store.error();
        return store.error().substr(front.size());
    }

    std::string cdrs() const { return config_.path + "/cdrs"; }
    std::string debug() const { return config_.path + "/debug"; }

    void write(const std::string& path, std::string_view bytes) const
    {
        std::filesystem::create_directory(config_.path);
        std::ofstream(path) << bytes;
    }

    void run_sql(const std::string& path, const char* sql) const
    {
        std::filesystem::create_directory(config_.path);
        auto database = store::Database::open(path);
        ASSERT_TRUE(database);
        const auto done = database->run(sql);
        ASSERT_TRUE(done) << done.error();
    }

    TemporaryFolder folder_;
    StoreLog log_;
    store::StoreConfig config_;
    std::unique_ptr<reactor::Reactor> reactor_ = std::move(*reactor::Reactor::open());
};

session::DebugRecord record_of(std::string_view call_id, int iteration,
                               std::string_view account_id = {})
{
    session::DebugFacts facts;
    facts.account_id = account_id;
    facts.call_id = call_id;
    facts.iteration = iteration;
    return session::DebugRecord(facts);
}

TEST_F(Store, only_its_owner_reads_it)
{
    EXPECT_EQ(error(), "none");
    for (const auto& [path, mode] :
         {std::pair(config_.path, 0700U), {cdrs(), 0600U}, {debug(), 0600U}}) {
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, mode) << path;
    }
}

TEST_F(Store, it_is_opened_again)
{
    EXPECT_EQ(error(), "none");
    EXPECT_EQ(error(), "none");
    write(cdrs(), "");
    EXPECT_EQ(error(), "none") << "an empty file is an empty database";
}

TEST_F(Store, a_file_that_is_not_a_database_is_refused)
{
    write(cdrs(), std::string(10'000, 'x'));
    EXPECT_EQ(error(), "/cdrs: file is not a database");
}

TEST_F(Store, the_database_of_another_program_is_refused)
{
    run_sql(cdrs(), "CREATE TABLE contacts (name TEXT)");
    EXPECT_EQ(error(), "/cdrs: is the database of another program");
}

TEST_F(Store, files_in_each_others_place_are_refused)
{
    EXPECT_EQ(error(), "none");
    std::filesystem::rename(debug(), cdrs());
    EXPECT_EQ(error(), "/cdrs: is the database of another program");
}

TEST_F(Store, a_newer_version_is_refused)
{
    EXPECT_EQ(error(), "none");
    run_sql(cdrs(), "PRAGMA user_version = 2");
    EXPECT_EQ(error(), "/cdrs: is from a newer version of Pivot (schema 2, known is 1)");
}

TEST_F(Store, a_folder_that_cannot_be_made_is_an_error)
{
    config_.path = folder_.path() / "none" / "store";
    EXPECT_EQ(error(), ": cannot be made: No such file or directory");
    config_.path = folder_.path() / "file";
    std::ofstream(config_.path) << "x";
    EXPECT_EQ(error(), ": its file `lock` cannot be opened: Not a directory");
}

TEST_F(Store, a_folder_belongs_to_one_store_at_a_time)
{
    auto store = open_store(config_, log_);
    EXPECT_EQ(error(), ": belongs to another engine that runs: give each a folder of its own");
    store.reset();
    EXPECT_EQ(error(), "none");
}

TEST_F(Store, a_damaged_file_of_debug_records_costs_nobody_a_cdr)
{
    write(debug(), std::string(10'000, 'x'));
    const auto store = open_store(config_, log_);
    EXPECT_EQ(log_.lines(), (std::vector{"the store " + debug() +
                                         ": file is not a database: there will be no debug records "
                                         "until it is moved away"}));
    store->add(record_of("a", 1));
    store::Spool spool(*store, *reactor_);
    SpoolClient client(spool, *reactor_);
    EXPECT_TRUE(client.put(cdr_of("1")));
    EXPECT_EQ(ids(client.due(0)), std::vector<std::string>{"1"});
    EXPECT_EQ(store->debug_records("a").error(), debug() + ": file is not a database");
    EXPECT_EQ(store->debug_records_dropped(), 1U);
}

TEST_F(Store, debug_records_that_cannot_be_written_are_dropped_and_counted)
{
    const auto store = open_store(config_, log_);
    {
        const OtherWriter other(debug());
        store->add(record_of("a", 1));
        EXPECT_TRUE(store->debug_records("a")->empty());
    }
    EXPECT_TRUE(eventually([&] { return store->debug_records_dropped() == 1; }));
    EXPECT_EQ(log_.lines(), (std::vector{"the store " + debug() +
                                         " cannot be written: database is "
                                         "locked: debug records are dropped"}));
    store->add(record_of("a", 2));
    EXPECT_EQ(store->debug_records("a")->size(), 1U);
}

// Root writes everywhere, so that the child is nobody.
TEST_F(Store, a_folder_that_is_read_only_is_an_error)
{
    constexpr unsigned nobody = 65534;
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0555));
    const auto child = checked(::fork(), "fork");
    if (child == 0) {
        if (::getuid() == 0 && ::setuid(nobody) != 0) ::_exit(2);
        ::_exit(error() == ": cannot be made: Permission denied" ? 0 : 1);
    }
    int status = 0;
    checked(::waitpid(child, &status, 0), "waitpid");
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0700));
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Store, debug_records_are_found_by_their_call)
{
    auto store = open_store(config_, log_);
    store->add(record_of("a", 1));
    store->add(record_of("b", 1));
    store->add(record_of("a", 2));
    EXPECT_EQ(*store->debug_records("a"),
              (std::vector{record_of("a", 1).to_json(), record_of("a", 2).to_json()}));
    EXPECT_TRUE(store->debug_records("c")->empty());

    store.reset();
    store = open_store(config_, log_);
    EXPECT_EQ(*store->debug_records("b"), std::vector{record_of("b", 1).to_json()});
}

TEST_F(Store, debug_records_are_listed_from_where_a_reader_has_come_to)
{
    auto store = std::move(*store::Store::open(config_, {}));
    for (int i = 1; i <= 5; ++i) store->add(record_of(i % 2 == 1 ? "odd" : "even", i));
    store.reset();
    const auto listed = [this](const store::DebugQuery& query) {
        const auto records = store::DebugTable::read(debug(), query);
        EXPECT_TRUE(records) << records.error();
        std::vector<std::int64_t> sequences;
        if (!records) return sequences;
        for (const auto& record : *records) sequences.push_back(record.sequence);
        return sequences;
    };
    using Sequences = std::vector<std::int64_t>;
    EXPECT_EQ(listed({}), (Sequences{1, 2, 3, 4, 5}));
    EXPECT_EQ(listed({.call_id = "", .after = {}, .records_max = 2}), (Sequences{4, 5}));
    EXPECT_EQ(listed({.call_id = "", .after = 1, .records_max = 2}), (Sequences{2, 3}));
    EXPECT_EQ(listed({.call_id = "odd", .after = 0}), (Sequences{1, 3, 5}));
    EXPECT_EQ(listed({.call_id = "odd", .after = 5}), Sequences());
    EXPECT_EQ(listed({.call_id = "", .after = 0, .records_max = 9, .bytes_max = 1}), Sequences{1});
}

TEST_F(Store, an_account_has_the_first_records_of_its_calls_from_the_latest)
{
    auto store = std::move(*store::Store::open(config_, {}));
    store->add(record_of("one", 1, "a"));
    store->add(record_of("two", 1, "a"));
    store->add(record_of("one", 2, "a"));
    store->add(record_of("one", 1, "b"));
    store->add(record_of("three", 1, "a"));
    store.reset();
    const auto listed = [this](std::int64_t from, std::size_t records_max) {
        const auto records = store::DebugTable::first_records(
            debug(), {.account_id = "a", .sequence_max = from, .records_max = records_max});
        EXPECT_TRUE(records) << records.error();
        std::vector<std::int64_t> sequences;
        if (!records) return sequences;
        for (const auto& record : *records) sequences.push_back(record.sequence);
        return sequences;
    };
    using Sequences = std::vector<std::int64_t>;
    EXPECT_EQ(listed(99, 9), (Sequences{5, 2, 1}));
    EXPECT_EQ(listed(99, 2), (Sequences{5, 2}));
    EXPECT_EQ(listed(2, 9), (Sequences{2, 1})) << "that one included";
    const auto own = store::DebugTable::read(
        debug(), {.call_id = "one", .account_id = "a", .after = 0, .records_max = 9});
    ASSERT_TRUE(own);
    EXPECT_EQ(own->size(), 2U);
}

TEST_F(Store, calls_with_debug_records_are_found_by_how_their_ids_begin)
{
    auto store = std::move(*store::Store::open(config_, {}));
    for (const char* call : {"call-1", "call-2", "call-2", "other"}) store->add(record_of(call, 1));
    store.reset();
    const auto calls = store::DebugTable::calls(debug(), "call", 9);
    ASSERT_TRUE(calls) << calls.error();
    EXPECT_EQ(*calls, (std::vector<std::string>{"call-1", "call-2"}));
    EXPECT_EQ(store::DebugTable::calls(debug(), "call", 1)->size(), 1U);
}

TEST_F(Store, the_oldest_debug_records_go_where_they_take_too_many_bytes)
{
    config_.debug_bytes_max = 512 * 1024;
    const auto store = open_store(config_, log_);
    const std::string body(session::DebugRecord::body_bytes_max, 'x');
    constexpr int records = 200;
    for (int i = 1; i <= records; ++i) {
        session::DebugFacts facts;
        const auto call_id = fmt::to_string(i);
        facts.call_id = call_id;
        facts.request_body = body;
        store->add(session::DebugRecord(facts));
    }
    EXPECT_EQ(store->debug_records(fmt::to_string(records))->size(), 1U);
    EXPECT_EQ(store->debug_records(fmt::to_string(records - 15))->size(), 1U);
    EXPECT_TRUE(store->debug_records("1")->empty());
    EXPECT_LT(std::filesystem::file_size(debug()), 2U * 512 * 1024);
    EXPECT_EQ(store->debug_records_dropped(), 0U);
}

TEST_F(Store, debug_records_are_dropped_and_counted_where_too_many_wait)
{
    config_.debug_backlog_bytes_max = 10;
    const auto store = open_store(config_, log_);
    for (int i = 1; i <= 5; ++i) store->add(record_of("a", i));
    EXPECT_EQ(store->debug_records_dropped(), 5U);
    EXPECT_TRUE(store->debug_records("a")->empty());
}

}  // namespace
}  // namespace pivot::test
