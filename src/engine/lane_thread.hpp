// A lane on a thread of its own, `pivot/N`.
//
// A process may exit while its engines live. Their threads must not run on while exit() destroys
// what they use (simdjson's tables, the host's statics), so exit() halts them first.
#pragma once

#include "base/list.hpp"
#include "engine/instruments.hpp"
#include "engine/lane.hpp"

#include <atomic>
#include <latch>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::engine {

class LaneThread : public ListHook<LaneThread> {
public:
    // What `engine` refers to outlives the thread. The error is a sentence.
    static tl::expected<std::unique_ptr<LaneThread>, std::string> start(unsigned index,
                                                                        const LaneNeeds& engine);

    ~LaneThread();  // end_background() has been called; waits for the thread's end

    // Calls Lane::end_background() and waits for its end. The guest has left before.
    void end_background();

    // Runs `guest` on this thread. Returns false if there was one before. Any thread.
    bool take_in(Guest guest);

    Lane& lane() { return *lane_; }
    std::thread::id id() const { return thread_.get_id(); }

    // From the first call on, exit() halts all lanes.
    static void halt_at_exit();

    // Whether exit() has halted all lanes. Then no call ends any more, and nobody may wait for one.
    static bool are_halted();

private:
    class Stop final : public reactor::Message {
    public:
        bool is_delivered = false;

    private:
        void deliver() override { is_delivered = true; }
    };

    // Brings a guest, which the thread runs after the current turn.
    class Visit final : public reactor::Message {
    public:
        std::atomic<bool> is_announced = false;
        Guest guest;
        bool is_due = false;

    private:
        void deliver() override { is_due = true; }
    };

    // Blocks the thread for good.
    class Halt final : public reactor::Message {
    public:
        std::binary_semaphore is_delivered{0};

    private:
        void deliver() override;
    };

    LaneThread() = default;

    static void halt_all();
    void halt();
    void run(unsigned index, const LaneNeeds& engine, std::string& error);
    void run_lane(unsigned index, const LaneNeeds& engine, std::string& error);

    Lane* lane_ = nullptr;
    Stop end_;
    Stop stop_;
    Halt halt_;
    Visit visit_;
    std::latch is_open_{1};
    std::latch has_no_background_{1};
    std::latch stop_is_posted_{1};
    std::thread thread_;
};

}  // namespace pivot::engine
