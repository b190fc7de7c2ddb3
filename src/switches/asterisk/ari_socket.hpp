// ARI requests and events over a WebSocket that Asterisk has opened to us.
//
//     ask() ──► RESTRequest ──► Asterisk ──┬─► RESTResponse ──► ask()
//                                          └─► events ────────► AriListener
//
// Asterisk performs the requests of one WebSocket one after the other, and some of them only after
// the channel has finished playing. Those are held back until then, so that a request to stop the
// playing can go first. If the WebSocket is lost, another may take its place.
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

    // Serves `listener` with this WebSocket: connected, events, lost. Requests use `socket`
    // meanwhile. Yields why it has ended. Only one at a time.
    reactor::Task<Failure> listen(http::WebSocket& socket, AriListener& listener,
                                  reactor::Deadline& stopping);

    // Fails with connect while there is no WebSocket.
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

    static constexpr std::size_t requests_max = 16;  // in flight
    static constexpr std::size_t depth_max = 32;     // nested levels of a message

    reactor::Reactor& reactor_;
    http::WebSocket* socket_ = nullptr;
    Seats seats_{requests_max};
    std::map<std::string, Waiting*, std::less<>> waiting_;  // by the id of the request
    std::uint64_t last_id_ = 0;
    std::map<std::string, std::string, std::less<>> playing_;  // their channels, by playback
    reactor::Event playback_over_;
    json::Document document_{depth_max};
};

}  // namespace pivot::switches::asterisk
