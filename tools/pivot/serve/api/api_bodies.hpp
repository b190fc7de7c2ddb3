// Reads the bodies of the API's requests. Errors are sentences without a full stop.
#pragma once

#include "pivot/serve/calls/outbound_call.hpp"
#include "pivot/serve/calls/reception.hpp"

#include <pivot/engine.hpp>
#include <pivot/event.hpp>

#include <string>

#include <tl/expected.hpp>

namespace pivot::tools {

// The body of POST /v1/pivot: a call, which becomes one of this account, and its action.
tl::expected<Request, std::string> read_request(const std::string& text, const std::string& account,
                                                const Reception& reception);

// The body of POST /v1/calls: a call that this account wants made. It gets a new id.
tl::expected<OutboundCall, std::string> read_outbound(const std::string& text,
                                                      const std::string& account,
                                                      const Reception& reception);

// The body of POST /v1/calls/ID/redirect.
tl::expected<Redirected, std::string> read_redirect(const std::string& text);

}  // namespace pivot::tools
