// A lane on a thread of its own, `pivot/N`.
//
// A process may exit while its engines live. Their threads must not run on while exit() destroys
// what they use (simdjson's tables, the host's statics), so exit() halts them first.
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
    // `calls` and `mail` outlive the thread. The error is a sentence.
    static tl::expected<std::unique_ptr<LaneThread>, std::string> start(
        unsigned index, std::shared_ptr<const exchange::Settings> settings, CallTable& calls,
        rooms::Mail& mail);

    ~LaneThread();  // waits for the thread's end

    Lane& lane() { return *lane_; }
    std::thread::id id() const { return thread_.get_id(); }

    // Whether exit() has halted all lanes. Then no call ends any more, and nobody may wait for one.
    static bool are_halted();

private:
    class Stop final : public reactor::Message {
    public:
        bool is_delivered = false;

    private:
        void deliver() override { is_delivered = true; }
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
    void run(unsigned index, std::shared_ptr<const exchange::Settings> settings, CallTable& calls,
             rooms::Mail& mail, std::string& error);

    Lane* lane_ = nullptr;
    Stop stop_;
    Halt halt_;
    std::latch is_open_{1};
    std::latch stop_is_posted_{1};
    std::thread thread_;
};

}  // namespace pivot::engine
