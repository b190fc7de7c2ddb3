#include "exchange/retry.hpp"

namespace pivot::exchange {

namespace {

using http::RetryOn;

// Bits of http::RetryOn.
unsigned cause_of(const Failure& failure, int status)
{
    const auto bit = [](RetryOn cause) { return static_cast<unsigned>(cause); };
    switch (failure.reason) {
        case Reason::dns:
        case Reason::connect:
        case Reason::tls: return bit(RetryOn::connect_timeout);
        case Reason::closed: return bit(RetryOn::read_timeout);
        case Reason::timeout: {
            const bool has_no_connection =
                failure.phase == Phase::connect || failure.phase == Phase::tls;
            return bit(has_no_connection ? RetryOn::connect_timeout : RetryOn::read_timeout);
        }
        case Reason::status:
            if (status >= 500) return bit(RetryOn::status_5xx);
            return status >= 400 ? bit(RetryOn::status_4xx) : 0;
        case Reason::bad_action:
        case Reason::blocked:
        case Reason::protocol:
        case Reason::too_large:
        case Reason::redirect:
        case Reason::content_type:
        case Reason::invalid_json:
        case Reason::invalid_callflow:
        case Reason::invalid_twiml:
        case Reason::cancelled:
        case Reason::overload: return 0;
    }
    return 0;
}

}  // namespace

Retry Retry::of(const http::ConnectionOverrides& overrides, Format format)
{
    const bool retries_by_default = format == Format::twiml || overrides.retry_on != 0;
    Retry retry;
    retry.retries = overrides.retries >= 0 ? overrides.retries : (retries_by_default ? 1 : 0);
    retry.retry_on = overrides.retry_on != 0 ? overrides.retry_on
                                             : static_cast<std::uint8_t>(RetryOn::connect_timeout);
    return retry;
}

bool Retry::is_worth_another(const Failure& failure, int status) const
{
    return (retry_on & cause_of(failure, status)) != 0;
}

}  // namespace pivot::exchange
