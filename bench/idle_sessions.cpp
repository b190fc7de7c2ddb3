// Claim: a session that waits for a caller's digits costs at most 4 KiB: the call's facts and what
// the session remembers, the document that is being performed, and the coroutines that perform it.
// The channel is the host's and not counted.
//
// Method: sessions under a TwiML action ask a server in a process on the other core, a hundred at
// a time, and get a Gather that waits for ten minutes. The heap (mallinfo2) is read before and
// when all of them wait, with two numbers of sessions, so that what a reactor has once does not
// count. The channels are scripted ones, which are measured separately and subtracted. Then each
// caller presses a key, and each session asks again and ends. The checksum is the number of
// sessions that ended this way.
#include "peers/crowd.hpp"
#include "rounds.hpp"
#include "switches/reception.hpp"

#include <cstdio>
#include <deque>
#include <stdexcept>

#include <malloc.h>

namespace pivot::bench {
namespace {

constexpr double bytes_max = 4'096;

double heap_bytes()
{
    const auto heap = ::mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
}

double channel_bytes()
{
    auto opened = reactor::Reactor::open();
    if (!opened) throw std::runtime_error(opened.error());
    reactor::Deadline host(**opened, never);
    constexpr std::size_t channels = 1'000;
    execute::EventQueue events((*opened)->clock(), host);
    std::deque<test::ScriptedChannel> all;
    const double before = heap_bytes();
    for (std::size_t i = 0; i < channels; ++i) all.emplace_back(events, nullptr);
    return (heap_bytes() - before) / channels;
}

int run(const Arguments& arguments)
{
    const std::size_t calls = arguments.is_small ? 1'000 : 10'000;
    Report report(arguments, "A session that waits for digits costs at most 4 KiB");
    raise_descriptor_limit();
    run_on(Core::server);
    const test::Crowd crowd;
    run_on(Core::client);

    std::uint64_t ended = 0;
    for (std::size_t round = 0; round < arguments.rounds(); ++round) {
        test::Reception reception(crowd.url("/gather"));
        reception.take(calls / 10);
        const double before = heap_bytes();
        reception.take(calls);
        const double after = heap_bytes();
        for (test::Caller& caller : reception.callers()) caller.channel.press('1');
        reception.close();
        ended += reception.callers().size();
        const double channel = channel_bytes();
        report.add("session that waits for digits", "bytes",
                   (after - before) / static_cast<double>(calls) - channel);
        report.add("its scripted channel, not counted", "bytes", channel);
    }
    report.add_ratio_to("bytes per idle session ÷ 4,096", "session that waits for digits",
                        bytes_max, 1.0);
    return report.finish(ended);
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values));
} catch (const std::exception& error) {
    std::fprintf(stderr, "idle_sessions: %s\n", error.what());
    return 1;
}
