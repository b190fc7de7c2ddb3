#include "pivot/serve/admin/admin.hpp"

#include "base/pass_on.hpp"
#include "base/random_id.hpp"
#include "pivot/admin_socket.hpp"
#include "pivot/serve/admin/admin_door.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// Pages may load nothing from elsewhere, are not cached, and cannot be read by other origins.
constexpr const char* headers =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
    "'self'; require-trusted-types-for 'script'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Cache-Control: no-store\r\n";

// There are few requests a second, none of them large.
constexpr reactor::ReactorConfig small_reactor = {
    .ring = {.requests = 256, .descriptors = 512, .is_polled = false},
    .buffers = {.count = 256, .size_bytes = 4'096}};

}  // namespace

tl::expected<std::unique_ptr<Admin>, std::string> Admin::open(const AdminSettings& settings,
                                                              Log& log)
{
    const HttpPurpose purpose = {.thread = "pivot/admin",
                                 .setting = "admin.listen",
                                 .headers = headers,
                                 .tls = settings.tls,
                                 .is_tls_on_loopback = false,
                                 .reactor = small_reactor,
                                 .limits = {}};
    auto http = HttpThread::open(purpose, settings.listen, log);
    std::string why_none =
        fmt::format("{} does not exist, or cannot be written to", runtime_folder);
    if (!http && settings.may_be_absent) {
        why_none = http.error();
        http = HttpThread::open(purpose, {}, log);
    }
    if (!http) return pass_on(http);
    if (!settings.is_default) why_none.clear();
    return std::unique_ptr<Admin>(new Admin(settings, std::move(*http), std::move(why_none), log));
}

Admin::Admin(const AdminSettings& settings, std::unique_ptr<HttpThread> http, std::string why_none,
             Log& log)
    : why_none_(std::move(why_none)),
      has_own_token_(settings.token.empty()),
      token_(has_own_token_ ? random_id() : settings.token),
      log_(log),
      http_(std::move(http))
{
}

void Admin::announce() const
{
    if (http_->listeners().empty() && !why_none_.empty()) {
        log_.write(LogLevel::info, "",
                   fmt::format("there is no admin listener: {} (--admin ADDRESS, or admin.listen)",
                               why_none_));
    }
    bool is_shown = !has_own_token_;
    for (const auto& listener : http_->listeners()) {
        log_.write(LogLevel::info, "", "health and metrics at " + name_of(*listener));
        if (listener->address().ip() == nullptr || std::exchange(is_shown, true)) continue;
        log_.write_unmasked(LogLevel::info, fmt::format("the token until the next start: "
                                                        "http://{}/readyz?verbose&token={}",
                                                        listener->address().to_text(), token_));
    }
}

tl::expected<void, std::string> Admin::start(const AdminPages& pages)
{
    return http_->start([this, &pages](const net::ListenAddress& address, reactor::Reactor&) {
        return std::make_shared<AdminDoor>(address, token_, pages);
    });
}

}  // namespace pivot::tools
