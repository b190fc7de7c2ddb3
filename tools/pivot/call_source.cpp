#include "pivot/call_source.hpp"

#include "pivot/serve/admin/call_pages.hpp"
#include "pivot/serve/admin/debug_pages.hpp"
#include "pivot/serve/calls/call_history.hpp"

#include <utility>

namespace pivot::tools {

tl::expected<AdminAnswer, std::string> ask(const CallSource& source, const std::string& target)
{
    if (source.store.empty()) return ask_admin(source.socket, target);
    const CallHistory nothing;
    http::ServerRequest request;
    request.method = "GET";
    request.target = target;
    const bool is_about_records = request.path() == DebugPages::path;
    http::ServerResponse response =
        is_about_records ? DebugPages(nothing, source.store + "/debug").answer(request)
                         : CallPages(nothing, source.store + "/calls").answer(request);
    return AdminAnswer{response.status, std::move(response.body)};
}

}  // namespace pivot::tools
