#include "execute/verbs/hold_music.hpp"

#include "execute/jobs/playback.hpp"

#include <utility>

namespace pivot::execute::verbs {

Media hold_music()
{
    return Media(HoldMusicName());
}

Task<> hold(LiveCall& call, Deadline& deadline)
{
    while (!call.must_stop()) {
        const Nanoseconds began = call.now();
        Media again = hold_music();
        co_await jobs::play(call, std::move(again), "", deadline);
        co_await pause_between(call, began, deadline);
    }
}

Task<> pause_between(LiveCall& call, Nanoseconds began, Deadline& deadline)
{
    constexpr milliseconds pause{1'000};
    const std::chrono::nanoseconds taken(call.now() - began);
    return call.pause(pause - std::chrono::duration_cast<milliseconds>(taken), deadline);
}

}  // namespace pivot::execute::verbs
