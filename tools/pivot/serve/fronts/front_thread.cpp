#include "pivot/serve/fronts/front_thread.hpp"

#include "engine/instruments.hpp"
#include "reactor/thread.hpp"

#include <memory>
#include <utility>

namespace pivot::tools {

namespace {

// Called on the thread that will turn it.
std::unique_ptr<reactor::Reactor> open_reactor(std::string& error)
{
    auto opened = reactor::Reactor::open();
    if (opened) return std::move(*opened);
    error = std::move(opened.error());
    return nullptr;
}

}  // namespace

tl::expected<void, std::string> FrontThread::start(const std::string& name, Engine* engine,
                                                   Work work)
{
    const auto guest = [this, work](reactor::Reactor& reactor) {
        work(reactor);
        has_ended_.count_down();
    };
    is_started_ = engine != nullptr && engine::Instruments::take_in(*engine, guest);
    if (is_started_) return {};

    std::string error;
    std::latch is_open(1);
    auto thread = reactor::start_thread(name, [this, &error, &is_open, work = std::move(work)] {
        const auto reactor = open_reactor(error);
        is_open.count_down();  // the starter's variables die now
        if (reactor == nullptr) return;
        work(*reactor);
        while (!reactor->is_idle()) reactor->turn(reactor::never);
        is_joining_.wait();
    });
    if (!thread) return tl::unexpected(std::move(thread.error()));
    is_open.wait();
    thread_ = std::move(*thread);
    is_started_ = error.empty();
    if (is_started_) return {};
    thread_.join();
    return tl::unexpected(std::move(error));
}

void FrontThread::join()
{
    if (!std::exchange(is_started_, false)) return;
    is_joining_.count_down();
    if (thread_.joinable()) {
        thread_.join();
    } else {
        has_ended_.wait();
    }
}

}  // namespace pivot::tools
