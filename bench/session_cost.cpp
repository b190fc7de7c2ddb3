// Claim: a whole call costs at most 80 µs of CPU over the C API, and an event that is told costs
// less than half a microsecond.
//
// Method: calls under a TwiML action ask a server in a process on the other core, a hundred at a
// time. Their documents have a Gather with a Say, a Play, a Dial of two, a Record and a Redirect.
// Of five callers one hangs up at the prompt, two in the conversation and two not at all, so that a
// call asks 2.6 times on average. The host is a loop in the same thread, whose switch does at once
// what it is commanded and costs next to nothing; the kernel's share of TCP is counted, too. Each
// call leaves a CDR with a sink. An event told is a key for a call that gathers keys: a batch of
// them for a reactor that is awake, and one at a time for a reactor of its own thread, which sleeps
// and has to be woken. The checksum is the number of calls that ended.
#include "peers/crowd.hpp"
#include "rounds.hpp"

#include <pivot/session.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>

namespace pivot::bench {
namespace {

constexpr std::size_t calls_at_a_time = 100;
constexpr pivot_leg caller = 0;

struct Host;

struct Call {
    Host* host = nullptr;
    std::size_t number = 0;
    pivot_ticket ticket = {};
    bool was_prompted = false;
};

struct Host {
    pivot_engine* engine = nullptr;
    std::size_t ended = 0;
    std::size_t asked = 0;  // by those that have ended
};

Call& of(void* call)
{
    return *static_cast<Call*>(call);
}

void finish(void* call, pivot_job job)
{
    pivot_tell_job(of(call).host->engine, of(call).ticket, job, PIVOT_JOB_FINISHED);
}

void hang_up_caller(void* call)
{
    pivot_tell_hung_up(of(call).host->engine, of(call).ticket, "NORMAL_CLEARING", 200);
}

void answer(void* call)
{
    pivot_tell_answered(of(call).host->engine, of(call).ticket);
}

void hang_up(void* call, pivot_leg leg, pivot_text)
{
    if (leg == caller) return hang_up_caller(call);
    pivot_tell_leg_ended(of(call).host->engine, of(call).ticket, leg, "NORMAL_CLEARING", 200);
}

void stop(void* call, pivot_job job)
{
    pivot_tell_job(of(call).host->engine, of(call).ticket, job, PIVOT_JOB_STOPPED);
}

void play(void* call, pivot_job job, pivot_leg, const pivot_media*)
{
    finish(call, job);
}

// The caller presses a key at the prompt, if they do not hang up.
void say(void* call, pivot_job job, pivot_leg, const pivot_speech*)
{
    if (std::exchange(of(call).was_prompted, true)) return finish(call, job);
    if (of(call).number % 5 == 0) return hang_up_caller(call);
    pivot_tell_key(of(call).host->engine, of(call).ticket, caller, '1');
}

void record(void* call, pivot_job job, pivot_leg, const pivot_recording*)
{
    pivot_tell_recorded(of(call).host->engine, of(call).ticket, job, PIVOT_RECORDING_KEY, '#',
                        "https://media.example.com/1.wav", 3'000);
}

void dial(void* call, pivot_job job, const pivot_dial* shown)
{
    pivot_tell_leg_answered(of(call).host->engine, of(call).ticket, job, shown->targets->leg,
                            "b-leg");
}

void bridge(void* call, pivot_job job, pivot_leg leg)
{
    if (of(call).number % 5 < 3) return hang_up_caller(call);
    hang_up(call, leg, {});
    finish(call, job);
}

void ended(void* call, const pivot_end* end)
{
    ++of(call).host->ended;
    of(call).host->asked += static_cast<std::size_t>(end->iterations);
}

std::int32_t take_cdr(void*, const pivot_cdr*)
{
    return 1;
}

constexpr pivot_channel make_channel()
{
    pivot_channel channel{};
    channel.size = sizeof channel;
    channel.answer = answer;
    channel.hang_up = hang_up;
    channel.stop = stop;
    channel.play = play;
    channel.say = say;
    channel.record = record;
    channel.dial = dial;
    channel.bridge = bridge;
    channel.ended = ended;
    return channel;
}

constexpr pivot_channel channel = make_channel();

// An engine, host-driven unless it has a thread, and what it is asked for.
class Loop {
public:
    explicit Loop(const std::string& url, std::int32_t reactors = 0)
        : action_(R"({"voice_url":")" + url +
                  R"(","req_format":"twiml","method":"post","cdr_url":"http://127.0.0.1/cdr"})")
    {
        pivot_sinks sinks{};
        sinks.size = sizeof sinks;
        sinks.cdr = take_cdr;
        pivot_engine_config config{};
        config.size = sizeof config;
        config.json = pivot_text_of(R"({"policy":{"allow":["127.0.0.1"]}})");
        config.reactors = reactors;
        config.sinks = &sinks;
        pivot_error error;
        if (pivot_engine_create(&config, &host_.engine, &error) != PIVOT_OK) {
            throw std::runtime_error(error.sentence);
        }
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { pivot_engine_destroy(host_.engine); }

    Call& start()
    {
        Call& call = calls_.emplace_back();
        call.host = &host_;
        call.number = calls_.size() - 1;
        pivot_call facts{};
        facts.size = sizeof facts;
        facts.call_id = pivot_text_of("3c26700d4e05");
        facts.from_user = pivot_text_of("+14155550100");
        pivot_request request{};
        request.size = sizeof request;
        request.call = &facts;
        request.action_json = {action_.data(), action_.size()};
        pivot_session_request session{};
        session.size = sizeof session;
        session.request = &request;
        pivot_error error;
        const pivot_status status =
            pivot_session_start(host_.engine, &session, &channel, &call, &call.ticket, &error);
        if (status != PIVOT_OK) throw std::runtime_error(error.sentence);
        return call;
    }

    void perform(std::size_t calls)
    {
        while (host_.ended < calls) {
            while (calls_.size() < calls && calls_.size() < host_.ended + calls_at_a_time) start();
            turn();
        }
    }

    void turn()
    {
        std::int64_t wait_ns = 0;
        pivot_run(host_.engine, &wait_ns);
        pollfd ready{.fd = pivot_descriptor(host_.engine), .events = POLLIN, .revents = 0};
        ::poll(&ready, 1, wait_ns == 0 ? 0 : 1);
    }

    void press(const Call& call) { pivot_tell_key(host_.engine, call.ticket, caller, '7'); }
    double asked_by_each() const
    {
        return static_cast<double>(host_.asked) / static_cast<double>(host_.ended);
    }

private:
    const std::string action_;
    Host host_;
    std::deque<Call> calls_;
};

void add_whole_calls(Report& report, const test::Crowd& crowd, std::size_t calls)
{
    Loop loop(crowd.url("/call"));
    loop.perform(calls / 10);  // connections and caches are warm
    const Nanoseconds before = thread_cpu_ns();
    loop.perform(calls / 10 + calls);
    const auto spent = static_cast<double>(thread_cpu_ns() - before);
    report.add("whole call", "µs", spent / 1e3 / static_cast<double>(calls));
    report.add("requests of a whole call", "requests", loop.asked_by_each());
}

double batch_ns(const test::Crowd& crowd, std::size_t events)
{
    constexpr std::size_t batch = 1'000;
    Loop loop(crowd.url("/keys"));
    const Call& call = loop.start();
    for (int i = 0; i < 100; ++i) loop.turn();
    Nanoseconds spent = 0;
    for (std::size_t told = 0; told < events; told += batch) {
        loop.press(call);  // which wakes the reactor
        const Nanoseconds before = thread_cpu_ns();
        for (std::size_t i = 0; i < batch; ++i) loop.press(call);
        spent += thread_cpu_ns() - before;
        loop.turn();
    }
    return static_cast<double>(spent) / static_cast<double>(events);
}

// The reactor has a thread, which sleeps between the events. What it costs to look at the clock is
// left out.
double waking_ns(const test::Crowd& crowd, std::size_t events)
{
    constexpr std::chrono::microseconds pause{100};
    Loop loop(crowd.url("/keys"), 1);
    const Call& call = loop.start();
    Nanoseconds spent = 0;
    for (std::size_t told = 0; told < events; ++told) {
        std::this_thread::sleep_for(pause);
        const Nanoseconds idle = thread_cpu_ns();
        const Nanoseconds before = thread_cpu_ns();
        loop.press(call);
        spent += thread_cpu_ns() - before - (before - idle);
    }
    return static_cast<double>(spent) / static_cast<double>(events);
}

int run(const Arguments& arguments)
{
    const std::size_t calls = arguments.is_small ? 500 : 20'000;
    Report report(arguments,
                  "A whole call costs at most 80 µs, and an event that is told half a microsecond");
    run_on(Core::server);
    const test::Crowd crowd;
    run_on(Core::client);

    std::uint64_t performed = 0;
    for (std::size_t round = 0; round < arguments.rounds(); ++round) {
        add_whole_calls(report, crowd, calls);
        report.add("event told", "ns", batch_ns(crowd, calls * 10));
        report.add("event told that wakes the reactor", "ns", waking_ns(crowd, calls / 10));
        performed += calls;
    }
    report.add_ratio_to("whole call ÷ 80 µs", "whole call", 80, 1.0);
    report.add_ratio_to("event told ÷ 500 ns", "event told", 500, 1.0);
    return report.finish(performed);
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values));
} catch (const std::exception& error) {
    std::fprintf(stderr, "session_cost: %s\n", error.what());
    return 1;
}
