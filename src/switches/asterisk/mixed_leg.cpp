#include "switches/asterisk/mixed_leg.hpp"

#include "http/status.hpp"
#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/targets.hpp"

#include <utility>

namespace pivot::switches::asterisk {

namespace {

bool has_status(const Result<AriAnswer>& answer, int status)
{
    return answer && answer->status == status;
}

}  // namespace

MixedLeg::~MixedLeg()
{
    switchboard().reactor.timers().stop(*this);
}

void MixedLeg::begin()
{
    bridge_ = switchboard().mixes.enter(mix_, members_max_, switchboard().names);
    if (bridge_.empty()) return end(JobEnd::failed, "the mix is full");
    fired();
}

// Every member asks for the bridge, because nobody knows whether Asterisk has made it yet.
void MixedLeg::fired()
{
    Body body;
    body.add("type", "mixing,dtmf_events");  // so that keys arrive as events here, too
    ask(post_request(target_of("bridges", bridge_), body.take()),
        [this](const Result<AriAnswer>& answer) { join(answer); });
}

AriRequest MixedLeg::member_request(std::string_view what) const
{
    Body body;
    body.add_list("channel", {leg().channel});
    return post_request(target_of("bridges", bridge_, what), body.take());
}

void MixedLeg::join(const Result<AriAnswer>& answer)
{
    // Another leg may be making the bridge (500), or have made it (409).
    if (has_status(answer, http::status::internal_server_error)) return try_again(answer);
    if (!has_succeeded(answer) && !has_status(answer, http::status::conflict)) return fail(answer);
    ask(member_request("/addChannel"), [this](const Result<AriAnswer>& added) {
        if (has_status(added, http::status::not_found)) return try_again(added);
        if (!has_succeeded(added) && !is_gone(added)) fail(added);
    });
}

void MixedLeg::try_again(const Result<AriAnswer>& answer)
{
    constexpr Nanoseconds pause_ns = 50 * millisecond_ns;
    if (tries_left_-- == 0) return fail(answer);
    reactor::Reactor& reactor = switchboard().reactor;
    reactor.timers().set(*this, reactor.now() + pause_ns);
}

void MixedLeg::fail(const Result<AriAnswer>& answer)
{
    leave();
    end(JobEnd::failed, why_of(answer));
}

void MixedLeg::stop()
{
    ask(member_request("/removeChannel"));
    lose();
}

void MixedLeg::lose()
{
    leave();
    end(JobEnd::stopped);
}

void MixedLeg::leave()
{
    switchboard().reactor.timers().stop(*this);
    const bool was_last = switchboard().mixes.leave(mix_);
    if (was_last) ask(delete_request(target_of("bridges", bridge_)));
}

}  // namespace pivot::switches::asterisk
