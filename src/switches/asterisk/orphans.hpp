// What nobody here uses any more in an application of Asterisk, because an earlier process has left
// it or Asterisk has been away: bridges, legs, callers, recordings.
//
//     legs hung up, recordings stopped ─► callers returned to the dialplan, several at a time
//     ─► recordings fetched, one after the other
#pragma once

#include "reactor/task.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches::asterisk {

class Orphans {
public:
    // `is_here` tells whether a channel has a call here that has not left.
    Orphans(Switchboard& switchboard, std::function<bool(std::string_view)> is_here)
        : switchboard_(switchboard), is_here_(std::move(is_here))
    {
    }

    reactor::Task<> remove_bridges(std::vector<std::string> bridges, reactor::Deadline& deadline);

    // Takes charge of all these channels, and then of the recordings that nobody uses.
    //
    // A channel that has left the application was given back and is left alone. So is a new call,
    // whose event was late. What a caller hears is stopped. Asterisk first finishes anything else
    // that it does to the channel; if that takes too long, the caller is hung up.
    reactor::Task<> settle(std::vector<std::string> channels, reactor::Reactor& reactor);

private:
    using Texts = std::vector<std::string>;

    reactor::Task<Texts> claim_recordings(reactor::Deadline& deadline);
    reactor::Task<> return_next(Texts& left, reactor::Reactor& reactor);
    reactor::Task<> return_one(const std::string& channel, reactor::Reactor& reactor);
    reactor::Task<> go_on(const Orphan& orphan, reactor::Reactor& reactor);
    reactor::Task<> stop_playbacks(const std::string& channel, reactor::Deadline& deadline);
    reactor::Task<> hang_up(const std::string& channel, reactor::Reactor& reactor);
    reactor::Task<> fetch(const std::string& name, reactor::Reactor& reactor);
    reactor::Task<> keep(const std::string& name, std::string wav, reactor::Reactor& reactor);

    Switchboard& switchboard_;
    const std::function<bool(std::string_view)> is_here_;
};

}  // namespace pivot::switches::asterisk
