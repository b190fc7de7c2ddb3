#include "switches/asterisk/refused_peers.hpp"

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

constexpr std::string_view why =
    "the user name or the password in Asterisk's websocket_client.conf is not asterisk.user or "
    "asterisk.listen_password";

}  // namespace

std::string RefusedPeers::refuse(std::string_view peer, Nanoseconds now)
{
    const bool has_room = peers_.size() < peers_max || peers_.contains(peer);
    const std::string counted(has_room ? peer : others);
    const auto [place, is_new] = peers_.try_emplace(counted, Refused{now + period_ns});
    if (is_new) return fmt::format("{} may not connect as an Asterisk: {}", counted, why);
    ++place->second.tries;
    return {};
}

std::vector<std::string> RefusedPeers::take_due(Nanoseconds now)
{
    std::vector<std::string> lines;
    for (auto place = peers_.begin(); place != peers_.end();) {
        auto& [peer, refused] = *place;
        if (refused.until > now) {
            ++place;
        } else if (refused.tries == 0) {
            place = peers_.erase(place);
        } else {
            lines.push_back(fmt::format("{} was refused {} more {}: {}", peer, refused.tries,
                                        refused.tries == 1 ? "time" : "times", why));
            refused = {now + period_ns};
            ++place;
        }
    }
    return lines;
}

}  // namespace pivot::switches::asterisk
