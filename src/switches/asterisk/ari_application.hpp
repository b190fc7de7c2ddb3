// The calls of one ARI application: passes each event to its call, and decides about calls when the
// connection is lost.
//
//     lost ──► 5 s ──► every call is hung up, as far as anybody here can know
//       └────► connected again ─► Asterisk has restarted: all calls are hung up
//                              └► the same Asterisk: those that it no longer has are hung up
//
// Channels in the application that nobody here knows belonged to an earlier process: they are
// orphans.
#pragma once

#include "reactor/task.hpp"
#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/ari_listener.hpp"
#include "switches/asterisk/origination.hpp"
#include "switches/asterisk/orphans.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pivot::switches::asterisk {

class AriApplication final : public AriListener, private reactor::Timer {
public:
    static constexpr Nanoseconds reconnect_grace_ns = 5 * second_ns;

    // On the reactor's thread only. Its tasks are in `scope`. `mixes` are those of its Asterisk,
    // and `names` those of the process.
    AriApplication(reactor::Reactor& reactor, reactor::Scope& scope, AriCommands& ari,
                   Attendant& attendant, Mixes& mixes, Names& names,
                   const SwitchSettings& settings);
    ~AriApplication();

    void connected() override;
    void heard(std::string_view json) override;
    void lost(std::string_view why) override;

    // Whether new calls are taken or refused.
    void take_calls(bool takes_calls) { takes_calls_ = takes_calls; }

    // Has Asterisk make a call. Once somebody has answered, it begins like any other.
    void originate(const OutboundCall& call);

    // Hangs up the caller of this call, if it is one of ours, even if they are back in the
    // dialplan. A ringing call is given up.
    void hang_up_call(std::string_view call_id);

    // Gives up all ringing calls.
    void give_up_originations();

    // Hangs up all calls, as far as anybody here can know. None of them is destroyed in here.
    void lose_all();

    std::size_t calls() const { return calls_.size() + originations_.size(); }

    // Whether any call is still performed, not counting those that only wait for the end of their
    // channel.
    bool has_callers() const;

private:
    void fired() override;  // no new connection in time
    void enter(const StasisStart& start);
    void enter_answered(const StasisStart& start, Origination& origination);
    AriChannel& add_call(const StasisStart& start);
    Origination* origination_of(std::string_view channel) const;
    void pass_on(const AriEvent& event);
    void rest(AriChannel& call);
    void remove(AriChannel& call);

    reactor::Task<> look_around(std::vector<std::string> known, reactor::Reactor& reactor);
    reactor::Task<bool> has_restarted(reactor::Reactor& reactor);
    reactor::Task<> settle_unknown(std::vector<std::string> present, reactor::Reactor& reactor);
    reactor::Task<> hang_up(std::string channel, reactor::Reactor& reactor);
    bool is_known(std::string_view channel) const;
    bool is_here(std::string_view channel) const;

    const SwitchSettings settings_;
    Switchboard switchboard_;
    Orphans orphans_;
    EventReader reader_;
    std::unordered_map<const AriChannel*, std::unique_ptr<AriChannel>> calls_;
    std::vector<std::unique_ptr<Origination>> originations_;        // not calls yet
    std::multimap<std::string, AriChannel*, std::less<>> resting_;  // back in the dialplan
    std::string started_at_;  // in Asterisk's words; empty if not asked yet
    bool takes_calls_ = true;
};

}  // namespace pivot::switches::asterisk
