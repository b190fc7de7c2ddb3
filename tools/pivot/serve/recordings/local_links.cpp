#include "pivot/serve/recordings/local_links.hpp"

#include "base/random_id.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// An address that stands for all of this machine's, and the one at which it is reached here.
constexpr std::pair<std::string_view, std::string_view> any_addresses[] = {
    {"0.0.0.0:", "127.0.0.1:"}, {"[::]:", "[::1]:"}};

std::string reached_here(std::string_view address)
{
    for (const auto& [any, loopback] : any_addresses) {
        if (address.starts_with(any)) {
            return fmt::format("{}{}", loopback, address.substr(any.size()));
        }
    }
    return std::string(address);
}

}  // namespace

LocalLinks::LocalLinks(const std::vector<std::string>& api, bool has_tls) : key_(random_id())
{
    if (api.empty()) return;
    url_ = fmt::format("{}://{}/r", has_tls ? "https" : "http", reached_here(api.front()));
}

std::string LocalLinks::complete(EngineConfig& config) const
{
    EngineConfig::Media& media = config.media;
    if (!media.recordings_url.empty() || !config.session.keeps_recordings) return {};
    if (url_.empty()) {
        return "web servers get paths of recordings, not links: set api.listen, "
               "media.recordings_url and media.recordings_key";
    }
    media.recordings_url = url_;
    const bool has_key = !media.recordings_key.empty();
    if (!has_key) media.recordings_key = key_;
    return fmt::format(
        "links to recordings lead to {}: they are good on this machine only{}: set "
        "media.recordings_url{}",
        url_, has_key ? "" : ", and until the next start",
        has_key ? "" : " and media.recordings_key");
}

}  // namespace pivot::tools
