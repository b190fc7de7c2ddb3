// The other way round: Asterisks that connect to us, by `outbound_websocket` in ari.conf.
//
//     persistent   one WebSocket for all calls: it registers `pivot`
//     per call     one for each call:           it registers `pivot:PJSIP/alice-00000001`
//
// What a WebSocket registers is an application of its own with its calls, which outlives the
// WebSocket as long as it has any: Asterisk connects again in the middle of a call, and the call
// goes on. A call that nobody here knows belonged to an earlier process.
#pragma once

#include "http/server_handler.hpp"
#include "http/web_socket.hpp"
#include "reactor/reactor.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/attendant.hpp"
#include "switches/asterisk/mixes.hpp"
#include "switches/asterisk/refused_peers.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

// The credentials in Asterisk's websocket_client.conf. Without a password, anybody may connect.
struct AriServerAccess {
    std::string user;
    std::string password;
};

class AriServer final : public http::ServerHandler {
public:
    // `http` is a better way to send requests: only it can fetch recordings, and Asterisk performs
    // the requests of one WebSocket one after the other, so that a request that ends a prompt would
    // wait for one that waits for the prompt. May be null.
    AriServer(reactor::Reactor& reactor, Attendant& attendant, const SwitchSettings& settings,
              const AriServerAccess& access, Names& names, AriCommands* http);
    ~AriServer();  // once is_idle()

    reactor::Task<http::ServerResponse> answer(const http::ServerRequest& request,
                                               reactor::Deadline& deadline) override;
    reactor::Task<> take_over(const http::ServerRequest& request,
                              std::unique_ptr<net::Connection> connection, std::string surplus,
                              reactor::Deadline& stopping) override;

    // Whether new calls are taken or refused.
    void take_calls(bool takes_calls);

    // As in an application. Calls can only be made if an Asterisk has one WebSocket for all.
    void originate(const OutboundCall& call);
    void hang_up_call(std::string_view call_id);
    void give_up_originations();

    // Hangs up all calls, as far as anybody here can know.
    void lose_all();

    std::size_t calls() const;

    // Forgets applications that are over, and warns of Asterisks that were refused. Call it after a
    // turn of the reactor.
    void sweep();
    bool is_idle() const { return registered_.empty(); }

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    class Registered;
    struct Registration {
        std::string application;
        std::string asterisk;  // its id
    };

    http::ServerResponse respond(const http::ServerRequest& request);
    bool may_connect(const http::ServerRequest& request) const;
    reactor::Task<std::optional<Registration>> registration(http::WebSocket& socket,
                                                            reactor::Deadline& stopping);
    Registered& registered(const Registration& registration);

    reactor::Reactor& reactor_;
    Attendant& attendant_;
    const SwitchSettings settings_;
    const std::string authorization_;  // the header's value; empty if none is needed
    Names& names_;
    AriCommands* const http_;
    std::map<std::string, Mixes, std::less<>> mixes_;  // by Asterisk
    std::list<Registered> registered_;
    RefusedPeers refused_;
    bool takes_calls_ = true;
};

}  // namespace pivot::switches::asterisk
