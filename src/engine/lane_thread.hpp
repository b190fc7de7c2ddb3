// A lane on a thread of its own, `pivot/N`.
//
// A process may exit while its engines live. Their threads must not run on then, because what they
// use is being destroyed (simdjson's tables, the host's statics): so exit() halts them before
// anything else.
#pragma once

#include "base/list.hpp"
#include "engine/lane.hpp"

#include <latch>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::engine {

class LaneThread : public ListHook<LaneThread> {
public:
    // `calls` outlives the thread. The error is a sentence.
    static tl::expected<std::unique_ptr<LaneThread>, std::string> start(
        unsigned index, std::shared_ptr<const exchange::Settings> settings, CallTable& calls);

    ~LaneThread();  // waits for the thread's end

    Lane& lane() { return *lane_; }
    std::thread::id id() const { return thread_.get_id(); }

    // Whether exit() has halted all lanes. Then nothing ends any more, and nobody may wait for it.
    static bool are_halted();

private:
    class Stop final : public reactor::Message {
    public:
        bool is_delivered = false;

    private:
        void deliver() override { is_delivered = true; }
    };

    // Keeps the thread from ever doing anything again.
    class Halt final : public reactor::Message {
    public:
        std::binary_semaphore is_delivered{0};

    private:
        void deliver() override;
    };

    LaneThread() = default;

    static void halt_all();
    void halt();
    void run(std::shared_ptr<const exchange::Settings> settings, CallTable& calls,
             std::string& error);

    Lane* lane_ = nullptr;
    Stop stop_;
    Halt halt_;
    std::latch is_open_{1};
    std::latch stop_is_posted_{1};
    std::thread thread_;
};

}  // namespace pivot::engine
