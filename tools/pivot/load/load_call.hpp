// The calls that a load is made of: one call, with a Call-ID of its own for each pivot.
#pragma once

#include <pivot/call.hpp>
#include <pivot/engine.hpp>

#include <cstdint>

namespace pivot::tools {

// A typical call of a switch: 20 parameters, about 650 bytes as a form.
Call typical_call();

// One request, used again and again.
class NumberedRequest {
public:
    // `Call-ID` becomes `Call-ID-SS-NNNNNNNNNNNN`: the series, and the number in it.
    NumberedRequest(Request request, unsigned series);

    // With the next number, written in place. Valid until the next call.
    const Request& next();

private:
    Request request_;
    std::uint64_t number_ = 0;
};

}  // namespace pivot::tools
