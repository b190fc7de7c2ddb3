// Whether a URL that failed is asked once more.
#pragma once

#include "http/connection_overrides.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <cstdint>

namespace pivot::exchange {

struct Retry {
    int retries = 0;            // behind the first attempt
    std::uint8_t retry_on = 0;  // bits of http::RetryOn

    // As the URL says, else as the format has it: TwiML once, where no connection came about.
    static Retry of(const http::ConnectionOverrides& overrides, Format format);

    // Whether it was for one of these causes. `status` is the response's; 0: none came.
    bool is_worth_another(const Failure& failure, int status) const;
};

}  // namespace pivot::exchange
