// The C ABI's engine where hosts make mistakes: tickets, forks, two engines, exit().
#include <pivot/pivot.h>

#include <array>
#include <cstdlib>
#include <latch>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::abi {
namespace {

class Engine {
public:
    explicit Engine(std::int32_t reactors)
    {
        const pivot_engine_config config{sizeof config, {}, reactors, nullptr};
        pivot_error error;
        EXPECT_EQ(pivot_engine_create(&config, &engine_, &error), PIVOT_OK) << error.sentence;
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() { pivot_engine_destroy(engine_); }

    pivot_engine* get() const { return engine_; }

    pivot_status start(pivot_done_fn* done, void* user, pivot_ticket* ticket = nullptr) const
    {
        pivot_call call{};
        call.size = sizeof call;
        call.call_id = pivot_text_of("c1");
        pivot_request request{};
        request.size = sizeof request;
        request.call = &call;
        request.action_json =
            pivot_text_of(R"({"voice_url":"http://h.example/","skip_module":true})");
        return pivot_start(engine_, &request, done, user, ticket, nullptr);
    }

    void run_until(const bool& is_done) const
    {
        std::int64_t wait_ns = 0;
        for (int turn = 0; turn < 100 && !is_done; ++turn) pivot_run(engine_, &wait_ns);
    }

private:
    pivot_engine* engine_ = nullptr;
};

struct FreedCall {
    pivot_ticket ticket{};
    std::latch is_freed{1};
};

void free_call(const pivot_outcome*, void* user)
{
    auto& call = *static_cast<FreedCall*>(user);
    call.ticket = {nullptr, 0xdddd};  // its memory is another's now
    call.is_freed.count_down();
}

TEST(AbiEngine, writes_a_ticket_before_its_call_can_be_freed)
{
    const Engine engine(1);
    for (int round = 0; round < 2'000; ++round) {
        FreedCall call;
        ASSERT_EQ(engine.start(free_call, &call, &call.ticket), PIVOT_OK);
        call.is_freed.wait();
        ASSERT_EQ(call.ticket.serial, 0xddddu) << "in round " << round;
    }
}

struct Meddler {
    pivot_engine* own;
    pivot_engine* other;
    std::array<pivot_status, 3> of_own{};
    std::array<pivot_status, 3> of_other{};
    bool is_done = false;
};

void meddle(const pivot_outcome*, void* user)
{
    auto& meddler = *static_cast<Meddler*>(user);
    std::int64_t wait_ns = 0;
    meddler.of_own = {pivot_run(meddler.own, &wait_ns), pivot_drain(meddler.own),
                      pivot_engine_destroy(meddler.own)};
    meddler.of_other = {pivot_run(meddler.other, &wait_ns), pivot_drain(meddler.other), PIVOT_OK};
    meddler.is_done = true;
}

TEST(AbiEngine, a_callback_of_one_may_use_another_one)
{
    const Engine own(0);
    const Engine other(0);
    Meddler meddler{.own = own.get(), .other = other.get()};
    ASSERT_EQ(own.start(meddle, &meddler), PIVOT_OK);
    own.run_until(meddler.is_done);
    ASSERT_TRUE(meddler.is_done);
    for (const pivot_status status : meddler.of_own) EXPECT_EQ(status, PIVOT_IN_CALLBACK);
    for (const pivot_status status : meddler.of_other) EXPECT_EQ(status, PIVOT_OK);
}

TEST(AbiEngine, belongs_to_the_process_that_created_it)
{
    for (const std::int32_t reactors : {0, 2}) {
        const Engine engine(reactors);
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(10);
            std::int64_t wait_ns = 0;
            const bool are_refused =
                engine.start([](const pivot_outcome*, void*) {}, nullptr) == PIVOT_FORKED &&
                pivot_cancel(engine.get(), {}) == PIVOT_FORKED &&
                pivot_run(engine.get(), &wait_ns) == PIVOT_FORKED &&
                pivot_drain(engine.get()) == PIVOT_FORKED &&
                pivot_engine_destroy(engine.get()) == PIVOT_FORKED;
            ::_exit(are_refused ? 0 : 1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << reactors;
    }
}

TEST(AbiEngine, a_process_may_exit_while_it_is_busy)
{
    for (int round = 0; round < 20; ++round) {
        const int status = std::system(PIVOT_EXITING_HOST);
        ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << "in round " << round;
    }
}

}  // namespace
}  // namespace pivot::abi
