// The calls of one account that are in flight, over all reactors of an engine, where there is a
// limit on them; and those of an engine that ring.
//
// What is set may change; whoever has been counted goes on to count.
#pragma once

#include <pivot/failure.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace pivot::exchange {

struct AccountProfile;

// Lives as long as its engine.
class CallQuota {
public:
    struct GiveBack {
        void operator()(CallQuota* quota) const { quota->calls_.fetch_sub(1, relaxed); }
    };

    // Any thread. A call that counts until this dies; null: as many as `calls_max` do already.
    using Seat = std::unique_ptr<CallQuota, GiveBack>;
    Seat take(std::size_t calls_max)
    {
        Seat seat(this);
        const std::size_t before = calls_.fetch_add(1, relaxed);
        if (before >= calls_max) seat.reset();
        return seat;
    }

    // Any thread.
    std::size_t calls() const { return calls_.load(relaxed); }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;

    std::atomic<std::uint32_t> calls_ = 0;
};

// For one more call of an account: null if it has no limit of its own. Fails with overload.
Result<CallQuota::Seat> take_seat(const AccountProfile& profile);

}  // namespace pivot::exchange
