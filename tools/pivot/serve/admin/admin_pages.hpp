// The pages and commands of the admin listener: health, metrics, calls, watched requests, the
// drain.
#pragma once

#include "http/server_request.hpp"
#include "http/server_response.hpp"
#include "pivot/serve/admin/call_pages.hpp"
#include "pivot/serve/admin/debug_pages.hpp"
#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/call_control.hpp"
#include "pivot/serve/fronts/front.hpp"
#include "pivot/serve/kazoo/kazoo_shadow.hpp"
#include "pivot/serve/numbers/numbers_source.hpp"
#include "pivot/serve/service/standing.hpp"
#include "pivot/serve/settings/certificates.hpp"

#include <pivot/engine.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pivot::tools {

class AdminPages {
public:
    // `numbers` may be null.
    AdminPages(Engine& engine, Reception& reception, CallControl& control,
               const NumbersSource* numbers, const std::vector<std::unique_ptr<Front>>& fronts,
               const std::vector<std::unique_ptr<KazooShadow>>& shadows, const Standing& standing,
               const Certificates& certificates, CallPages calls, DebugPages debug,
               std::function<void(bool drains)> order_drain)
        : engine_(engine),
          reception_(reception),
          control_(control),
          numbers_(numbers),
          fronts_(fronts),
          shadows_(shadows),
          standing_(standing),
          certificates_(certificates),
          calls_(std::move(calls)),
          debug_(std::move(debug)),
          order_drain_(std::move(order_drain))
    {
    }

    http::ServerResponse answer(const http::ServerRequest& request) const;

private:
    http::ServerResponse drain(std::string_view method) const;
    http::ServerResponse hang_up(const http::ServerRequest& request) const;
    http::ServerResponse metrics() const;
    http::ServerResponse readiness(const http::ServerRequest& request) const;
    std::string not_ready_because() const;
    std::string_view store_objection() const;
    bool lacks_numbers() const;
    std::string describe() const;
    std::string describe_shadows() const;

    Engine& engine_;
    Reception& reception_;
    CallControl& control_;
    const NumbersSource* const numbers_;
    const std::vector<std::unique_ptr<Front>>& fronts_;
    const std::vector<std::unique_ptr<KazooShadow>>& shadows_;
    const Standing& standing_;
    const Certificates& certificates_;
    const CallPages calls_;
    const DebugPages debug_;
    const std::function<void(bool drains)> order_drain_;
};

}  // namespace pivot::tools
