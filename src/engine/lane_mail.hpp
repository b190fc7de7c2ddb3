// What the engine's public functions, on whatever thread they are called, send to the lanes. Each
// deletes itself when it has been delivered.
#pragma once

#include "base/clock.hpp"
#include "engine/lane.hpp"
#include "engine/place.hpp"
#include "exchange/settings.hpp"
#include "reactor/inbox.hpp"
#include "session/cdr.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace pivot::engine {

// Delivers the outcome of a call that was refused, and so is not in flight.
class Refusal final : public reactor::Message {
public:
    // `undelivered` counts the refusals whose outcome has not been taken yet.
    Refusal(const Request& request, Engine::Done done, std::string why,
            std::atomic<std::size_t>& undelivered)
        : call_id_(request.call.call_id),
          next_(request.node.next),
          iteration_(request.iteration),
          done_(std::move(done)),
          failure_{Reason::overload, Phase::queue, std::move(why), {}},
          undelivered_(undelivered)
    {
        undelivered_.fetch_add(1);
    }

private:
    void deliver() override;

    const std::string call_id_;
    const std::string next_;
    const int iteration_;
    Engine::Done done_;
    const Failure failure_;
    std::atomic<std::size_t>& undelivered_;
};

// Ends the calls in flight on a lane; its thread goes on.
class Ending final : public reactor::Message {
public:
    using How = void (Lane::*)();

    Ending(Lane& lane, How how) : lane_(lane), how_(how) {}

private:
    void deliver() override;

    Lane& lane_;
    const How how_;
};

// Leaves the CDR of a call that had no session.
class LeavingCdr final : public reactor::Message {
public:
    // `undelivered` is as that of a refusal.
    LeavingCdr(Lane& lane, session::Cdr cdr, std::atomic<std::size_t>& undelivered)
        : lane_(lane), cdr_(std::move(cdr)), undelivered_(undelivered)
    {
        undelivered_.fetch_add(1);
    }

private:
    void deliver() override;

    Lane& lane_;
    session::Cdr cdr_;
    std::atomic<std::size_t>& undelivered_;
};

// Hands other settings to a lane.
class Reloading final : public reactor::Message {
public:
    Reloading(Lane& lane, std::shared_ptr<exchange::Accounts> accounts)
        : lane_(lane), accounts_(std::move(accounts))
    {
    }

private:
    void deliver() override;

    Lane& lane_;
    std::shared_ptr<exchange::Accounts> accounts_;
};

// Cancels a call, if it is still that of the serial.
class Cancellation final : public reactor::Message {
public:
    Cancellation(Place& place, std::uint64_t serial) : place_(place), serial_(serial) {}

private:
    void deliver() override;

    Place& place_;
    const std::uint64_t serial_;
};

// Tells a session an event, which happened when this was made, if it is still that of the serial.
class Telling final : public reactor::Message {
public:
    Telling(Place& place, std::uint64_t serial, Event event)
        : place_(place), serial_(serial), event_(std::move(event))
    {
    }

private:
    void deliver() override;

    Place& place_;
    const std::uint64_t serial_;
    const Nanoseconds at_ = monotonic_now();
    Event event_;
};

}  // namespace pivot::engine
