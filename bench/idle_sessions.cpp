// Claim: a session that waits for a caller's digits costs at most 4 KiB: the call's facts and what
// the session remembers, the document that is being performed, and the coroutines that perform it.
// The host's side is not counted.
//
// Method: sessions under a TwiML action ask a server in a process on the other core, a hundred at
// a time, and get a Gather that waits for ten minutes. The heap (mallinfo2) is read before and
// when all of them wait, with two numbers of sessions, so that what a reactor has once does not
// count. The host has scripted channels, which are measured separately and subtracted. Then each
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

double host_bytes(Engine& engine)
{
    constexpr std::size_t calls = 1'000;
    reactor::Clock clock;
    std::deque<test::Caller> all;
    const double before = heap_bytes();
    for (std::size_t i = 0; i < calls; ++i) all.emplace_back(engine, clock);
    return (heap_bytes() - before) / calls;
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
        const double host = host_bytes(reception.engine());
        report.add("session that waits for digits", "bytes",
                   (after - before) / static_cast<double>(calls) - host);
        report.add("its host's side, not counted", "bytes", host);
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
