#include "pivot/serve/settings/certificates.hpp"

#include "base/clock.hpp"
#include "net/certificate_expiry.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::int64_t notice_s = 14 * 24 * 3'600;

}  // namespace

Certificates::Certificates(const Settings& settings)
{
    const auto add = [this](const char* listener, const auto& table) {
        if (table.listen.empty() || !table.tls.is_there()) return;
        files_.push_back({listener, table.tls.certificate});
    };
    add("admin", settings.admin);
    add("api", settings.api);
    if (settings.asterisk) add("asterisk", *settings.asterisk);
}

std::vector<Certificates::Expiry> Certificates::expiries() const
{
    std::vector<Expiry> found;
    for (const File& file : files_) {
        if (const auto at = net::expiry_unix_s(file.path)) found.push_back({file.listener, *at});
    }
    return found;
}

void Certificates::warn(Log& log) const
{
    const std::int64_t now_s = unix_now_ms() / 1'000;
    for (const File& file : files_) {
        const auto at = net::expiry_unix_s(file.path);
        if (!at || *at - now_s > notice_s) continue;
        const auto day = fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(*at)));
        log.write(LogLevel::warning, "",
                  fmt::format("the certificate of [{}] {} on {}: renew {}", file.listener,
                              *at < now_s ? "expired" : "expires", day, file.path));
    }
}

}  // namespace pivot::tools
