#include "media/programs.hpp"

#include "peers/temporary_folder.hpp"

#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

namespace pivot::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Programs : public testing::Test {
protected:
    // A script of the shell, and how it has ended under this name.
    void add(const std::string& name, const std::string& script,
             Nanoseconds ns_max = 60 * second_ns)
    {
        programs.add({.arguments = {"/bin/sh", "-c", script, "sh", path()},
                      .complaints = path() + "/" + name + ".err",
                      .ns_max = ns_max,
                      .ended = [this, name](std::string why) { ends[name] = std::move(why); }});
    }
    void run()
    {
        programs.attend();
        while (!programs.empty()) {
            std::vector<pollfd> polled;
            programs.append_to(polled);
            ::poll(polled.data(), polled.size(), 10);
            programs.attend();
        }
    }
    std::string path() const { return folder_.path(); }

    media::Programs programs{2};
    std::map<std::string, std::string> ends;

private:
    TemporaryFolder folder_;
};

TEST_F(Programs, say_how_they_have_ended)
{
    add("well", "exit 0");
    add("ill", "echo no such voice >&2; echo more >&2; exit 3");
    add("killed", "kill -9 $$");
    add("late", "sleep 100", 50 * millisecond_ns);
    programs.add({.arguments = {"/nonesuch"},
                  .complaints = path() + "/none.err",
                  .ns_max = second_ns,
                  .ended = [this](std::string why) { ends["none"] = std::move(why); }});
    run();
    EXPECT_EQ(ends["well"], "");
    EXPECT_EQ(ends["ill"], "/bin/sh ended with status 3: no such voice");
    EXPECT_EQ(ends["killed"], "/bin/sh was ended by signal 9");
    EXPECT_EQ(ends["late"], "/bin/sh has not ended within 50 ms");
    EXPECT_THAT(ends["none"], StartsWith("/nonesuch cannot be started: No such file"));
}

// Each looks whether more than one other is running.
TEST_F(Programs, run_a_few_at_a_time)
{
    for (int i = 0; i < 6; ++i) {
        add(std::to_string(i),
            "cd \"$1\"; mkdir run.$$; set -- run.*; [ $# -le 2 ] || exit 1; sleep 0.01; "
            "rmdir run.$$");
    }
    run();
    EXPECT_EQ(ends.size(), 6U);
    for (const auto& [name, why] : ends) EXPECT_EQ(why, "") << name;
}

TEST_F(Programs, are_killed_with_what_they_have_started)
{
    add("late", "sleep 100 & echo $! > \"$1/child\"; wait", 2 * second_ns);
    run();
    std::string child;
    std::ifstream(path() + "/child") >> child;
    ASSERT_FALSE(child.empty());
    std::string state;
    for (int i = 0; i < 1'000 && state != "gone"; ++i) {
        std::ifstream status("/proc/" + child + "/stat");
        std::string id;
        std::string name;
        state = status >> id >> name >> state && state != "Z" ? state : "gone";
        ::poll(nullptr, 0, 10);
    }
    EXPECT_EQ(state, "gone");
}

TEST_F(Programs, get_nothing_of_the_hosts)
{
    add("a", "read -r line && exit 1; [ -z \"$line\" ] && [ \"$(ls /proc/$$/fd | wc -l)\" -le 5 ]");
    run();
    EXPECT_EQ(ends["a"], "");
}

}  // namespace
}  // namespace pivot::test
