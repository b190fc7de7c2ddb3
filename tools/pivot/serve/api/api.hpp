// The API listener of `pivot serve`, on a thread of its own.
#pragma once

#include "pivot/serve/api/kazoo_debug_pages.hpp"
#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/call_control.hpp"
#include "pivot/serve/service/http_thread.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/service/standing.hpp"
#include "pivot/serve/settings/api_settings.hpp"

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

class Api {
public:
    // Binds the addresses. The error is a sentence.
    static tl::expected<std::unique_ptr<Api>, std::string> open(const ApiSettings& settings,
                                                                Log& log);

    std::vector<std::string> own_listeners() const { return http_->own_listeners(); }

    // Begins to answer. All arguments outlive it. The error is a sentence.
    tl::expected<void, std::string> start(Reception& reception, CallControl& control,
                                          const Standing& standing, const KazooDebugPages& kazoo);

    bool is_turning() { return http_->is_turning(); }

    // Logs the addresses.
    void announce() const;

private:
    Api(const ApiSettings& settings, std::unique_ptr<HttpThread> http, Log& log)
        : settings_(settings), log_(log), http_(std::move(http))
    {
    }

    const ApiSettings settings_;
    Log& log_;
    const std::unique_ptr<HttpThread> http_;
};

}  // namespace pivot::tools
