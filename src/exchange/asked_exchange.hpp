// An exchange as outcomes and debug records say of it.
#pragma once

#include "http/progress.hpp"
#include "http/route.hpp"

#include <pivot/outcome.hpp>

#include <string_view>

namespace pivot::exchange {

// What was asked first, and how it went. `query` is that of the first request, without `?`.
Exchange asked_exchange(Method method, std::string_view query, const http::Route& route,
                        const http::Progress& progress);

}  // namespace pivot::exchange
