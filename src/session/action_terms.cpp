#include "session/action_terms.hpp"

#include "exchange/request_headers.hpp"

#include <utility>

namespace pivot::session {

ActionTerms::ActionTerms(Action action)
    : voice_url(std::move(action.voice_url)),
      fallback_url(std::move(action.fallback_url)),
      cdr_url(std::move(action.cdr_url)),
      timeout(action.timeout),
      method(action.method),
      fallback_method(action.fallback_method),
      req_format(action.req_format),
      req_body_format(action.req_body_format),
      debug(action.debug),
      skip_module(action.skip_module)
{
    if (action.custom_request_headers.empty()) return;
    headers =
        std::make_unique<const std::string>(exchange::pack_headers(action.custom_request_headers));
}

}  // namespace pivot::session
