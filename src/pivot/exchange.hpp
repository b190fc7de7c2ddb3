// One exchange: a request about a call, the redirects it meets, and the final response.
#pragma once

#include "http/client.hpp"
#include "http/progress.hpp"
#include "http/response.hpp"
#include "pivot/parameters.hpp"

#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/failure.hpp>

#include <string>

namespace pivot {

// What the outcome says of the exchange, as far as it has come.
struct ExchangeRecord {
    http::Progress progress;
    std::string url;        // the first one asked, without credentials; empty: nothing was asked
    std::string final_url;  // after a redirect
    Method method = Method::get;

    Exchange to_exchange() const;
};

// Follows `redirects_max` redirects at most. Parameters go with the first request only; a Location
// is asked as it stands. Fails with any reason of the network, of HTTP, or with redirect.
reactor::Task<Result<http::Response>> exchange(http::Client& client, const Call& call,
                                               const Action& action, Parameters& parameters,
                                               unsigned redirects_max, ExchangeRecord& record,
                                               reactor::Deadline& deadline);

}  // namespace pivot
