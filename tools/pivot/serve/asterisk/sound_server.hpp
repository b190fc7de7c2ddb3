// Where an Asterisk fetches sounds, on a thread of its own, so that no call waits for a file.
#pragma once

#include "pivot/serve/service/http_thread.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/settings/asterisk_settings.hpp"
#include "switches/asterisk/offered_sounds.hpp"

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

class SoundServer {
public:
    // Binds the addresses of asterisk.media_listen, of which there is one at least. The engine
    // keeps its files in `media_path`. The error is a sentence.
    static tl::expected<std::unique_ptr<SoundServer>, std::string> open(
        const AsteriskSettings& settings, const std::string& media_path, Log& log);

    std::vector<std::string> own_listeners() const { return http_->own_listeners(); }

    // Begins to answer. The error is a sentence.
    tl::expected<void, std::string> start();

    switches::asterisk::OfferedSounds& sounds() { return sounds_; }

    bool is_turning() { return http_->is_turning(); }

private:
    SoundServer(switches::asterisk::OfferedSounds::Settings sounds,
                std::unique_ptr<HttpThread> http)
        : sounds_(std::move(sounds)), http_(std::move(http))
    {
    }

    switches::asterisk::OfferedSounds sounds_;
    const std::unique_ptr<HttpThread> http_;
};

}  // namespace pivot::tools
