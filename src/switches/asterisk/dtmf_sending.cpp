#include "switches/asterisk/dtmf_sending.hpp"

#include "switches/asterisk/targets.hpp"

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

constexpr std::chrono::milliseconds gap{100};
constexpr std::chrono::milliseconds key_length_max{60'000};

}  // namespace

DtmfSending::DtmfSending(AriChannel& call, Leg& leg, JobId id, const KeySequence& keys,
                         std::chrono::milliseconds key_length)
    : Job(call, leg, id),
      keys_(keys.text()),
      key_length_(key_length.count() > 0 && key_length < key_length_max ? key_length : gap)
{
}

DtmfSending::~DtmfSending()
{
    switchboard().reactor.timers().stop(*this);
}

void DtmfSending::fired()
{
    if (next_ == keys_.size()) return end(JobEnd::finished);
    const char key = keys_[next_++];
    if (key == 'w') return wait(std::chrono::milliseconds(500));
    if (key == 'W') return wait(std::chrono::milliseconds(1'000));
    std::string send = target("/dtmf?dtmf=");
    append_encoded(send, std::string_view(&key, 1));
    send += fmt::format("&duration={}", key_length_.count());
    ask(post_request(std::move(send)), [this](const Result<AriAnswer>& answer) { sent(answer); });
}

void DtmfSending::sent(const Result<AriAnswer>& answer)
{
    if (!has_succeeded(answer)) return end_failed(answer);
    wait(key_length_ + gap);
}

void DtmfSending::wait(std::chrono::nanoseconds time)
{
    reactor::Reactor& reactor = switchboard().reactor;
    reactor.timers().set(*this, reactor.now() + time.count());
}

}  // namespace pivot::switches::asterisk
