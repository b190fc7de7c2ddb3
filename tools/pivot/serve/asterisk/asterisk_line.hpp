// The connection to Asterisk, on the thread of its calls: ours to it, or those that it opens to us.
#pragma once

#include "http/server.hpp"
#include "net/listener.hpp"
#include "pivot/serve/asterisk/asterisk_front.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "switches/asterisk/ari.hpp"
#include "switches/asterisk/ari_application.hpp"
#include "switches/asterisk/ari_client.hpp"
#include "switches/asterisk/ari_server.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace pivot::tools {

class AsteriskLine {
public:
    explicit AsteriskLine(reactor::Reactor& reactor) : reactor_(reactor) {}
    AsteriskLine(const AsteriskLine&) = delete;
    AsteriskLine& operator=(const AsteriskLine&) = delete;
    virtual ~AsteriskLine() = default;

    reactor::Reactor& reactor() const { return reactor_; }
    virtual void take_calls(bool takes_calls) = 0;

    // Connects at once if it is not connected.
    virtual void try_now() {}

    virtual void originate(const switches::asterisk::OutboundCall& call) = 0;
    virtual void hang_up(std::string_view call_id) = 0;

    // Returns after stop().
    void work();
    void stop() { is_stopping_ = true; }

    // No session is left. Calls that have just ended return to the dialplan.
    void close();

private:
    void turn(Nanoseconds until);
    virtual std::size_t calls() const = 0;
    virtual void give_up() = 0;  // on calls that still ring
    virtual void disconnect() = 0;
    virtual void lose_all() = 0;
    virtual bool is_idle() const = 0;
    virtual void tidy() {}  // after each turn

    reactor::Reactor& reactor_;
    bool is_stopping_ = false;
};

// We connect to Asterisk.
class ConnectingLine final : public AsteriskLine {
public:
    ConnectingLine(reactor::Reactor& reactor, switches::asterisk::Ari& ari,
                   switches::asterisk::Attendant& attendant,
                   const switches::asterisk::SwitchSettings& settings, std::string_view store_id);

    switches::asterisk::AriApplication& application() { return application_; }
    void take_calls(bool takes_calls) override { application_.take_calls(takes_calls); }
    void try_now() override { ari_.connect_now(); }
    void originate(const switches::asterisk::OutboundCall& call) override
    {
        application_.originate(call);
    }
    void hang_up(std::string_view call_id) override { application_.hang_up_call(call_id); }

private:
    std::size_t calls() const override { return application_.calls(); }
    void give_up() override { application_.give_up_originations(); }
    void disconnect() override { ari_.stop(); }
    void lose_all() override { application_.lose_all(); }
    bool is_idle() const override { return application_.calls() == 0 && scope_.running() == 0; }

    switches::asterisk::Ari& ari_;
    reactor::Scope scope_;
    switches::asterisk::Mixes mixes_;
    switches::asterisk::Names names_;
    switches::asterisk::AriApplication application_;
};

// Asterisk connects to us. `client` does what a WebSocket cannot do. If it is null, those commands
// fail.
class ListeningLine final : public AsteriskLine {
public:
    ListeningLine(reactor::Reactor& reactor, const Listeners& listeners,
                  switches::asterisk::AriClient* client, switches::asterisk::Attendant& attendant,
                  const switches::asterisk::SwitchSettings& settings,
                  const switches::asterisk::AriServerAccess& access, std::string_view store_id);

    void take_calls(bool takes_calls) override { applications_.take_calls(takes_calls); }
    void originate(const switches::asterisk::OutboundCall& call) override
    {
        applications_.originate(call);
    }
    void hang_up(std::string_view call_id) override { applications_.hang_up_call(call_id); }

private:
    std::size_t calls() const override { return applications_.calls(); }
    void give_up() override { applications_.give_up_originations(); }
    void disconnect() override;
    void lose_all() override { applications_.lose_all(); }
    bool is_idle() const override { return applications_.is_idle() && serving_.running() == 0; }
    void tidy() override { applications_.sweep(); }

    switches::asterisk::AriClient* const client_;
    switches::asterisk::Names names_;
    switches::asterisk::AriServer applications_;
    http::Server server_;
    reactor::Scope serving_;
};

}  // namespace pivot::tools
