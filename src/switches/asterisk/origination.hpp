// A call that Asterisk makes for the host, until it is answered or has failed.
//
//     asked for ─► rings ─┬─► answers: it enters the application, and is a call like any other
//                         └─► busy, gone, nobody in time, given up: not_answered()
//
// Asterisk reports the channel from the beginning, but the channel only enters the application when
// it has answered.
#pragma once

#include "reactor/inbox.hpp"
#include "reactor/timers.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/attendant.hpp"
#include "switches/asterisk/requests.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

class Origination final : private reactor::Timer, private reactor::Message {
public:
    // `finished` is called once, when nothing is left to do. It may destroy this object.
    Origination(Switchboard& switchboard, OutboundCall call,
                std::function<void(Origination&)> finished);
    ~Origination();

    void begin();
    void hear(const AriEvent& event);

    // The channel has entered the application, and now belongs to a call.
    void hand_over();

    // Ends it: the host gives it up, or Asterisk no longer has it.
    void give_up();
    void lose();

    bool is_over() const { return is_over_; }
    const std::string& channel() const { return channel_; }
    const OutboundCall& call() const { return call_; }

private:
    void fired() override;    // nobody has answered in time
    void deliver() override;  // it is finished
    AriRequest request(const std::string& address) const;
    void hear_progress(std::string_view status);
    void ring();
    void hang_up(int cause);
    void fail(const Cause& cause, std::string_view why = {});
    void fail(int q850, std::string_view why = {});
    void conclude();
    void sweep_soon();

    Switchboard& switchboard_;
    const OutboundCall call_;
    const std::string channel_;
    const std::function<void(Origination&)> finished_;
    Requests requests_;
    bool has_rung_ = false;
    bool is_over_ = false;
    bool is_swept_soon_ = false;
};

}  // namespace pivot::switches::asterisk
