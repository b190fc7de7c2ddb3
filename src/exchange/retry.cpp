#include "exchange/retry.hpp"

namespace pivot::exchange {

namespace {

using http::RetryOn;

constexpr std::uint8_t bit(RetryOn cause)
{
    return static_cast<std::uint8_t>(cause);
}

unsigned cause_of(int status)
{
    const bool is_busy = status == 408 || status == 429;
    if (status >= 500) return bit(RetryOn::status_5xx);
    if (status < 400) return 0;
    return is_busy ? bit(RetryOn::status_4xx) | Retry::on_busy : bit(RetryOn::status_4xx);
}

unsigned cause_of(const Failure& failure, int status)
{
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
        case Reason::status: return cause_of(status);
        case Reason::protocol:
        case Reason::too_large:
        case Reason::redirect:
        case Reason::overload: return Retry::on_other;
        case Reason::bad_action:
        case Reason::blocked:
        case Reason::content_type:
        case Reason::invalid_json:
        case Reason::invalid_callflow:
        case Reason::invalid_twiml:
        case Reason::cancelled: return 0;
    }
    return 0;
}

}  // namespace

Retry Retry::by_default(Format format)
{
    const std::uint8_t retries = format == Format::twiml ? 1 : 0;
    return {.retries = retries, .retry_on = bit(RetryOn::connect_timeout)};
}

Retry Retry::with(const http::ConnectionOverrides& overrides) const
{
    Retry retry = *this;
    if (overrides.retry_on != 0) {
        retry.retry_on = overrides.retry_on;
        if (retry.retries == 0) retry.retries = 1;
    }
    if (overrides.retries >= 0) retry.retries = static_cast<std::uint8_t>(overrides.retries);
    return retry;
}

bool Retry::is_worth_another(const Failure& failure, int status) const
{
    return (retry_on & cause_of(failure, status)) != 0;
}

}  // namespace pivot::exchange
