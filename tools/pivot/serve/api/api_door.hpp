// The API of `pivot serve`: who may ask, and what is answered.
//
//   POST /v1/pivot ─► token ─► call and action ─► the engine asks the web server ─► the outcome
//   POST /v1/calls ─► token ─► callee and action ─► a front end makes the call
//   GET /v1/calls, /v1/calls/ID ─► token ─► calls of the account
//   POST /v1/calls/ID/redirect ─► token ─► a call of the account ─► another document
//   POST /v1/calls/ID/hangup   ─► token ─► a call of the account ─► hung up
//   GET /v2/accounts/… ─► token ─► debug records as KAZOO's API has them
//   GET /r/…       ─► a signed link ─► a recording
#pragma once

#include "http/server_handler.hpp"
#include "pivot/serve/api/kazoo_debug_pages.hpp"
#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/call_control.hpp"
#include "pivot/serve/service/standing.hpp"
#include "pivot/serve/settings/api_settings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::tools {

class ApiDoor final : public http::ServerHandler {
public:
    // All arguments but `settings` outlive it.
    ApiDoor(const ApiSettings& settings, Reception& reception, CallControl& control,
            const Standing& standing, const KazooDebugPages& kazoo, reactor::Reactor& reactor)
        : settings_(settings),
          reception_(reception),
          control_(control),
          standing_(standing),
          kazoo_(kazoo),
          reactor_(reactor)
    {
    }

    reactor::Task<http::ServerResponse> answer(const http::ServerRequest& request,
                                               reactor::Deadline& deadline) override;
    bool needs_client(const http::ServerRequest& request) const override;

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    enum class Page : std::uint8_t { pivot, calls, call, redirect, hang_up };
    struct Route {
        Page page;
        std::string call_id;  // for pages about one call
    };

    static std::string_view methods_of(Page page);
    static std::optional<Route> route_of(std::string_view path);
    reactor::Task<http::ServerResponse> answer_pivot(const http::ServerRequest& request,
                                                     const std::string& account,
                                                     reactor::Deadline& deadline);
    http::ServerResponse place(const http::ServerRequest& request,
                               const std::string& account) const;
    http::ServerResponse show(const Route& route, const std::string& account) const;
    http::ServerResponse change(const Route& route, const http::ServerRequest& request,
                                const std::string& account) const;
    http::ServerResponse show_recording(const http::ServerRequest& request) const;
    const std::string* account_of(const http::ServerRequest& request) const;

    const ApiSettings& settings_;
    Reception& reception_;
    CallControl& control_;
    const Standing& standing_;
    const KazooDebugPages& kazoo_;
    reactor::Reactor& reactor_;
};

}  // namespace pivot::tools
