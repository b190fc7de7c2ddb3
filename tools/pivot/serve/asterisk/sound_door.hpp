// Serves an Asterisk the sounds that it has been asked to play.
#pragma once

#include "http/server_handler.hpp"
#include "switches/asterisk/offered_sounds.hpp"

namespace pivot::tools {

class SoundDoor final : public http::ServerHandler {
public:
    explicit SoundDoor(const switches::asterisk::OfferedSounds& sounds) : sounds_(sounds) {}

    reactor::Task<http::ServerResponse> answer(const http::ServerRequest& request,
                                               reactor::Deadline& deadline) override;

private:
    http::ServerResponse respond(const http::ServerRequest& request) const;

    const switches::asterisk::OfferedSounds& sounds_;
};

}  // namespace pivot::tools
