#include "pivot/serve/asterisk/sound_server.hpp"

#include "base/pass_on.hpp"
#include "base/random_id.hpp"
#include "pivot/serve/asterisk/sound_door.hpp"

#include <utility>

namespace pivot::tools {

namespace {

// Each channel of Asterisk fetches on its own.
constexpr std::size_t connections_max = 1'024;

HttpPurpose purpose(const AsteriskSettings& settings)
{
    HttpPurpose sounds;
    sounds.thread = "pivot/sounds";
    sounds.setting = "asterisk.media_listen";
    sounds.headers = "X-Content-Type-Options: nosniff\r\n";
    sounds.tls = settings.tls;
    sounds.reactor.ring.descriptors = connections_max + 64;
    sounds.limits.connections_max = connections_max;
    sounds.limits.head_ns = 3 * second_ns;  // anybody may connect, and take up a place so long
    sounds.limits.idle_ns = 3 * second_ns;
    sounds.limits.write_ns = 120 * second_ns;  // a long sound over a slow line takes long
    return sounds;
}

}  // namespace

tl::expected<std::unique_ptr<SoundServer>, std::string> SoundServer::open(
    const AsteriskSettings& settings, const std::string& media_path, Log& log)
{
    auto http = HttpThread::open(purpose(settings), settings.media_listen, log);
    if (!http) return pass_on(http);
    switches::asterisk::OfferedSounds::Settings sounds;
    sounds.folder = switch_settings(settings, media_path).media_path;
    sounds.url = settings.media_url;
    sounds.key = random_id();
    return std::unique_ptr<SoundServer>(new SoundServer(std::move(sounds), std::move(*http)));
}

tl::expected<void, std::string> SoundServer::start()
{
    return http_->start([this](const net::ListenAddress&, reactor::Reactor&) {
        return std::make_shared<SoundDoor>(sounds_);
    });
}

}  // namespace pivot::tools
