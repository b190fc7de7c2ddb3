#include "exchange/asked_exchange.hpp"

namespace pivot::exchange {

Exchange asked_exchange(Method method, std::string_view query, const http::Route& route,
                        const http::Progress& progress)
{
    Exchange exchange;
    exchange.method = method;
    exchange.url = route.first().url.to_text(query);
    if (route.redirects() > 0) exchange.final_url = route.current().url.to_text();
    exchange.status = progress.status;
    exchange.content_type = progress.response != nullptr
                                ? std::string_view(progress.response->content_type)
                                : route.redirect_type();
    exchange.redirects = static_cast<int>(route.redirects());
    exchange.was_reused = progress.was_reused;
    if (progress.address) exchange.address = progress.address->to_text();
    exchange.timings_us = progress.timings_us;
    return exchange;
}

}  // namespace pivot::exchange
