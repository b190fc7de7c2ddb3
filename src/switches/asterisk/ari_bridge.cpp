#include "switches/asterisk/ari_bridge.hpp"

#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/targets.hpp"

#include <utility>

namespace pivot::switches::asterisk {

void AriBridge::begin()
{
    call().end_ringback();
    bridge_ = switchboard().names.next();
    Body body;
    body.add("type", "mixing,dtmf_events");  // so that keys arrive as events here, too
    ask(post_request(target_of("bridges", bridge_), body.take()),
        [this](const Result<AriAnswer>& answer) { join(answer); });
}

void AriBridge::join(const Result<AriAnswer>& answer)
{
    if (!has_succeeded(answer)) return part(why_of(answer));
    Body body;
    body.add_list("channel", {call().id(), leg().channel});
    ask(post_request(target_of("bridges", bridge_, "/addChannel"), body.take()),
        [this](const Result<AriAnswer>& added) {
            // If a party has just hung up, an event tells so.
            if (!has_succeeded(added) && !is_gone(added)) part(why_of(added));
        });
}

// The channels stay in the application.
void AriBridge::part(std::string why)
{
    ask(delete_request(target_of("bridges", bridge_)));
    end(BridgeEnded{id(), std::move(why)});
}

}  // namespace pivot::switches::asterisk
