#include "store/store.hpp"

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
    Store() { config_.path = folder_.path() / "store.db"; }

    // Why it cannot be opened, without the path.
    std::string error() const
    {
        const auto store = store::Store::open(config_);
        if (store) return "none";
        const auto front = "the store " + config_.path + ": ";
        EXPECT_TRUE(store.error().starts_with(front)) << store.error();
        return store.error().substr(front.size());
    }

    void write(std::string_view bytes) const { std::ofstream(config_.path) << bytes; }

    void run_sql(const char* sql) const
    {
        auto database = store::Database::open(config_.path);
        ASSERT_TRUE(database);
        const auto done = database->run(sql);
        ASSERT_TRUE(done) << done.error();
    }

    std::vector<std::string> find(store::Store& store, std::string call_id)
    {
        std::optional<Result<std::vector<std::string>>> answer;
        store.find_debug_records(std::move(call_id), *reactor_,
                                 [&](auto found) { answer = std::move(found); });
        run_until(*reactor_, [&] { return answer.has_value(); });
        return answer->value();
    }

    TemporaryFolder folder_;
    store::StoreConfig config_;
    std::unique_ptr<reactor::Reactor> reactor_ = std::move(*reactor::Reactor::open());
};

DebugRecord record_of(std::string_view call_id, int iteration)
{
    DebugFacts facts;
    facts.call_id = call_id;
    facts.iteration = iteration;
    return DebugRecord(facts);
}

TEST_F(Store, only_its_owner_reads_it)
{
    EXPECT_EQ(error(), "none");
    struct stat status{};
    ASSERT_EQ(::stat(config_.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Store, it_is_opened_again)
{
    EXPECT_EQ(error(), "none");
    EXPECT_EQ(error(), "none");
    write("");
    EXPECT_EQ(error(), "none") << "an empty file is an empty database";
}

TEST_F(Store, a_file_that_is_no_database_is_refused)
{
    write(std::string(10'000, 'x'));
    EXPECT_EQ(error(), "file is not a database");
}

TEST_F(Store, the_database_of_another_program_is_refused)
{
    run_sql("CREATE TABLE contacts (name TEXT)");
    EXPECT_EQ(error(), "is the database of another program");
}

TEST_F(Store, a_newer_version_is_refused)
{
    EXPECT_EQ(error(), "none");
    run_sql("PRAGMA user_version = 2");
    EXPECT_EQ(error(), "is of a newer version of Pivot (schema 2, known is 1)");
}

TEST_F(Store, a_folder_that_is_not_there_is_an_error)
{
    config_.path = folder_.path() / "none" / "store.db";
    EXPECT_EQ(error(), "unable to open database file");
    config_.path = folder_.path();
    EXPECT_EQ(error(), "unable to open database file");
}

// Root writes everywhere, so that the child is nobody.
TEST_F(Store, a_folder_that_is_read_only_is_an_error)
{
    constexpr unsigned nobody = 65534;
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0555));
    const auto child = checked(::fork(), "fork");
    if (child == 0) {
        if (::getuid() == 0 && ::setuid(nobody) != 0) ::_exit(2);
        ::_exit(error() == "unable to open database file" ? 0 : 1);
    }
    int status = 0;
    checked(::waitpid(child, &status, 0), "waitpid");
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0700));
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Store, debug_records_are_found_by_their_call)
{
    auto store = open_store(config_);
    store->add(record_of("a", 1));
    store->add(record_of("b", 1));
    store->add(record_of("a", 2));
    EXPECT_EQ(find(*store, "a"),
              (std::vector{record_of("a", 1).to_json(), record_of("a", 2).to_json()}));
    EXPECT_TRUE(find(*store, "c").empty());

    store.reset();
    store = open_store(config_);
    EXPECT_EQ(find(*store, "b"), std::vector{record_of("b", 1).to_json()});
}

TEST_F(Store, the_oldest_debug_records_go_where_there_are_too_many)
{
    config_.debug_records_max = 3;
    const auto store = open_store(config_);
    for (int i = 1; i <= 5; ++i) store->add(record_of("a", i));
    const auto found = find(*store, "a");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found.front(), record_of("a", 3).to_json());
}

TEST_F(Store, debug_records_are_dropped_and_counted_where_too_many_wait)
{
    config_.debug_backlog_bytes_max = 10;
    const auto store = open_store(config_);
    for (int i = 1; i <= 5; ++i) store->add(record_of("a", i));
    EXPECT_EQ(store->debug_records_dropped(), 5U);
    EXPECT_TRUE(find(*store, "a").empty());
}

}  // namespace
}  // namespace pivot::test
