// A library without SQLite has no store: database.cpp is not linked here, but no_database.cpp.
#include "exchange/exchange_fixture.hpp"
#include "peers/temporary_folder.hpp"

#include <pivot/engine.hpp>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

TEST(NoDatabase, a_store_is_refused_and_everything_else_works)
{
    const TemporaryFolder folder;
    EngineConfig config = loopback();
    EXPECT_TRUE(Engine::create(config));
    config.store.path = folder.path() / "store";
    EXPECT_EQ(Engine::create(config).error(),
              "the store " + config.store.path +
                  ": this library was built without SQLite (meson: -Dstore), so it keeps nothing: "
                  "leave store.path empty");
    EXPECT_FALSE(std::filesystem::exists(config.store.path));
}

}  // namespace
}  // namespace pivot::test
