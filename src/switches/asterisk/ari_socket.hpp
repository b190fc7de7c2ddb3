// Requests of ARI over a WebSocket that Asterisk has opened to us, and its events.
//
//     ask() ──► RESTRequest ──► Asterisk ──┬─► RESTResponse ──► ask()
//                                          └─► events ────────► AriListener
//
// Asterisk performs the requests of one WebSocket one after the other, and some only when what its
// channel plays is over. Those are held back until then, so that what ends it can go first. If the
// WebSocket is lost, another may take its place.
#pragma once

#include "base/json.hpp"
#include "http/web_socket.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/wait.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/ari_listener.hpp"
#include "switches/asterisk/seats.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

class AriSocket final : public AriCommands {
public:
    explicit AriSocket(reactor::Reactor& reactor) : reactor_(reactor) {}

    // Tells `listener` that it is connected, what it hears, and that it is lost. Yields why.
    // Requests go over `socket` meanwhile. One at a time.
    reactor::Task<Failure> listen(http::WebSocket& socket, AriListener& listener,
                                  reactor::Deadline& stopping);

    // Without a WebSocket it fails with connect.
    reactor::Task<Result<AriAnswer>> ask(const AriRequest& request,
                                         reactor::Deadline& deadline) override;

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    struct Waiting {
        std::optional<AriAnswer> answer;
        bool is_lost = false;
        reactor::Event over;
    };

    reactor::Task<Result<AriAnswer>> ask_now(const AriRequest& request,
                                             reactor::Deadline& deadline);
    bool is_held(const AriRequest& request) const;
    void hear_playback(std::string_view message);
    void forget_playback(std::string_view playback);
    bool take_answer(std::string_view message);
    void lose_all();

    static constexpr std::size_t requests_max = 16;  // under way at a time
    static constexpr std::size_t depth_max = 32;     // of a message

    reactor::Reactor& reactor_;
    http::WebSocket* socket_ = nullptr;
    Seats seats_{requests_max};
    std::map<std::string, Waiting*, std::less<>> waiting_;  // by the ids of their requests
    std::uint64_t last_id_ = 0;
    std::map<std::string, std::string, std::less<>> playing_;  // playbacks, and their channels
    reactor::Event playback_over_;
    json::Document document_{depth_max};
};

}  // namespace pivot::switches::asterisk
