#include "pivot/serve/api/api.hpp"

#include "base/pass_on.hpp"
#include "pivot/serve/api/api_door.hpp"

#include <utility>

namespace pivot::tools {

namespace {

// A connection waits for one outcome at a time, and a carrier's proxy has many under way.
constexpr std::size_t connections_max = 4'096;

constexpr const char* headers = "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";

HttpPurpose purpose(const ApiSettings& settings)
{
    HttpPurpose api;
    api.thread = "pivot/api";
    api.setting = "api.listen";
    api.headers = headers;
    api.tls = settings.tls;
    api.reactor.ring.descriptors = connections_max + 64;
    api.limits.connections_max = connections_max;
    api.limits.write_ns = 120 * second_ns;  // a recording over a slow line takes long
    return api;
}

}  // namespace

tl::expected<std::unique_ptr<Api>, std::string> Api::open(const ApiSettings& settings, Log& log)
{
    auto http = HttpThread::open(purpose(settings), settings.listen, log);
    if (!http) return pass_on(http);
    return std::unique_ptr<Api>(new Api(settings, std::move(*http), log));
}

void Api::announce() const
{
    for (const auto& listener : http_->listeners()) {
        log_.write(LogLevel::info, "", "the API at " + name_of(*listener));
    }
}

tl::expected<void, std::string> Api::start(Reception& reception, CallControl& control,
                                           const Standing& standing, const KazooDebugPages& kazoo)
{
    return http_->start([&, this](const net::ListenAddress&, reactor::Reactor& reactor) {
        return std::make_shared<ApiDoor>(settings_, reception, control, standing, kazoo, reactor);
    });
}

}  // namespace pivot::tools
