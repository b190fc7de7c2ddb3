// A request to the kernel. Its issuer owns it until the last completion arrives.
#pragma once

#include <cassert>
#include <cstdint>

namespace pivot::reactor {

// Its address is the request's `user_data`, so it neither copies nor moves.
class Operation {
public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    bool is_in_flight() const { return is_in_flight_; }

protected:
    ~Operation() { assert(!is_in_flight_); }

private:
    friend class Ring;

    // `result` is what the system call would return, or a negative errno. `flags` are the
    // completion's (IORING_CQE_F_*). Called while completions are reaped, so it must not resume a
    // coroutine, but may ask the reactor to resume one soon.
    virtual void completed(int result, std::uint32_t flags) = 0;

    bool is_in_flight_ = false;
    bool completes_inline_ = false;  // usually completes while it is submitted
};

}  // namespace pivot::reactor
