// The connection to one ARI application of one Asterisk: its events over a WebSocket, and commands
// over plain HTTP.
//
//   start ─► connect ─► registered: connected(), heard()… ─┬─ lost: lost()
//              ▲   └─ no: pause of 0.5 to 5 s              └─ replaced: heard(), lost()
//              └──────────────◄──────────────────────────────── pause: 60 s if replaced
//
// Connecting the WebSocket registers the application with Asterisk. If another client registers the
// same one, Asterisk sends ApplicationReplaced and nothing after that: the connection is given up,
// and the application is taken back later.
#pragma once

#include "http/web_socket.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "switches/asterisk/ari_client.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/ari_config.hpp"
#include "switches/asterisk/ari_listener.hpp"

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::asterisk {

class Ari final : public AriCommands {
public:
    // The error is a sentence about a value of `config`. Nothing is connected yet.
    static tl::expected<std::unique_ptr<Ari>, std::string> open(reactor::Reactor& reactor,
                                                                AriConfig config);

    Ari(const Ari&) = delete;
    Ari& operator=(const Ari&) = delete;
    ~Ari() override;  // after stop(), once is_idle()

    // Connects, and reconnects for ever. `listener` outlives the connection.
    void start(AriListener& listener);

    // Takes back an application that another client has taken over, and ends any other pause. If a
    // connection is just being made or closed, it skips the pause that would follow.
    void connect_now();

    // Closes the WebSocket cleanly, and ends requests, present and future, with cancelled. The
    // listener hears nothing more. Afterwards the reactor turns until is_idle().
    void stop();
    bool is_idle() const { return running_.running() == 0 && client_->is_idle(); }

    bool is_connected() const { return is_connected_; }

    reactor::Task<Result<AriAnswer>> ask(const AriRequest& request,
                                         reactor::Deadline& deadline) override
    {
        return client_->ask(request, deadline);
    }

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    Ari(reactor::Reactor& reactor, AriConfig config, std::unique_ptr<AriClient> client);

    reactor::Task<> run(reactor::Deadline& life);
    reactor::Task<Result<std::unique_ptr<http::WebSocket>>> connect(reactor::Deadline& life);
    reactor::Task<Failure> listen(http::WebSocket& socket, reactor::Deadline& life);
    reactor::Task<> close(http::WebSocket& socket, reactor::Deadline& deadline);
    reactor::Task<std::string> objection_to_writing(reactor::Deadline& deadline);
    reactor::Task<> ask_for_less(reactor::Deadline& life);
    reactor::Task<> pause(Nanoseconds ns, reactor::Deadline& life);
    void tell_lost(const Failure& why);

    reactor::Reactor& reactor_;
    const AriConfig config_;
    const std::unique_ptr<AriClient> client_;
    AriListener* listener_ = nullptr;
    bool is_connected_ = false;
    bool is_urgent_ = false;           // connect_now() was called outside a pause
    bool was_replaced_ = false;        // and not connected since
    std::optional<Reason> told_lost_;  // since the last connection
    std::minstd_rand random_{std::random_device()()};
    reactor::Deadline life_;
    reactor::Event go_on_;
    reactor::Scope running_;
};

}  // namespace pivot::switches::asterisk
