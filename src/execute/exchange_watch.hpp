// Drops an exchange whose answer nobody would hear: the callee for whom it is asked is gone,
// somebody has taken the caller out of the queue, the room has begun, the call is redirected.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute {

class ExchangeWatch final : private EventQueue::Observer {
public:
    explicit ExchangeWatch(LiveCall& call)
        : call_(call),
          deadline_(call.deadline(), call.end_of_stages()),
          outer_(call.events().observe(this))
    {
    }
    ExchangeWatch(const ExchangeWatch&) = delete;
    ExchangeWatch& operator=(const ExchangeWatch&) = delete;
    ~ExchangeWatch() { call_.events().observe(outer_); }

    // The exchange's own.
    Deadline& deadline() { return deadline_; }

private:
    void happened(const Event& event) override
    {
        if (call_.must_stop_after(event)) deadline_.expire(Reason::cancelled);
    }

    LiveCall& call_;
    Deadline deadline_;
    EventQueue::Observer* const outer_;
};

}  // namespace pivot::execute
