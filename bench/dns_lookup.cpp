// Claim: a lookup through the engine's resolver costs little more than a bare c-ares loop, and a
// cached name costs next to nothing compared with a pivot.
//
// Method: fresh names, each in both families, from one thread, against Knot on the other core; 1,
// 16 and 64 names at a time (more overflow a socket's buffer). The bare loop is c-ares and epoll
// with the socket kept open; it reads the addresses from each reply and keeps nothing. A cached
// lookup asks for one name again and again. The pivot that it is compared with is a whole one over
// kept connections, 64 at a time. CPU time of the client's thread. The checksum counts the
// addresses found.
#include "knot.hpp"
#include "net/resolver.hpp"
#include "peers/crowd.hpp"
#include "pivot_loop.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "rounds.hpp"

#include <pivot/engine.hpp>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <ares.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>

namespace pivot::bench {
namespace {

using net::Resolver;
using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;

constexpr std::size_t at_a_time_max = 64;

// Names for one measurement, each used once in the whole run.
class Names {
public:
    explicit Names(std::size_t count) : left_(count) {}

    bool take(std::string& name)
    {
        if (left_ == 0) return false;
        --left_;
        static std::size_t serial = 0;
        name.clear();
        fmt::format_to(std::back_inserter(name), "voice{:08}.bench.example", ++serial);
        return true;
    }

private:
    std::size_t left_;
};

// What one measurement came to.
struct Found {
    std::size_t addresses = 0;
    Nanoseconds cpu_ns = 0;
};

// c-ares, epoll, and nothing else.
class BareLoop {
public:
    explicit BareLoop(std::uint16_t port) : epoll_(test::checked(::epoll_create1(0), "epoll"))
    {
        ares_options options{};
        options.flags = ARES_FLAG_STAYOPEN | ARES_FLAG_NOALIASES;
        options.sock_state_cb_data = this;
        options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
            static_cast<BareLoop*>(self)->watch(socket, readable != 0, writable != 0);
        };
        if (ares_init_options(&ares_, &options, ARES_OPT_FLAGS | ARES_OPT_SOCK_STATE_CB) != 0 ||
            ares_set_servers_ports_csv(ares_, fmt::format("127.0.0.1:{}", port).c_str()) != 0) {
            throw std::runtime_error("c-ares does not start");
        }
    }
    ~BareLoop() { ares_destroy(ares_); }

    Found look_up(Names names, std::size_t at_a_time)
    {
        const Nanoseconds started = thread_cpu_ns();
        names_ = &names;
        addresses_ = 0;
        for (std::size_t i = 0; i < at_a_time; ++i) start(lookups_[i]);
        while (running_ > 0) {
            std::array<epoll_event, 16> events;
            const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 1'000);
            for (int i = 0; i < count; ++i) {
                const auto& [flags, data] = events[static_cast<std::size_t>(i)];
                ares_process_fd(ares_, (flags & EPOLLIN) != 0 ? data.fd : ARES_SOCKET_BAD,
                                (flags & EPOLLOUT) != 0 ? data.fd : ARES_SOCKET_BAD);
            }
            if (count == 0) ares_process_fd(ares_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        }
        return {addresses_, thread_cpu_ns() - started};
    }

private:
    struct Lookup {
        BareLoop* loop = nullptr;
        std::string name;
        int replies_due = 0;
    };

    void watch(int socket, bool readable, bool writable)
    {
        epoll_event event{.events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U),
                          .data = {.fd = socket}};
        if (event.events == 0) {
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
        } else if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &event);
        }
    }

    void start(Lookup& lookup)
    {
        lookup.loop = this;
        if (!names_->take(lookup.name)) return;
        ++running_;
        lookup.replies_due = 2;
        ares_query(ares_, lookup.name.c_str(), class_in, type_aaaa, &take_aaaa, &lookup);
        ares_query(ares_, lookup.name.c_str(), class_in, type_a, &take_a, &lookup);
    }

    static void take_a(void* lookup, int status, int, unsigned char* message, int size)
    {
        std::array<ares_addrttl, 8> addresses;
        int count = addresses.size();
        if (status == ARES_SUCCESS) {
            status = ares_parse_a_reply(message, size, nullptr, addresses.data(), &count);
        }
        static_cast<Lookup*>(lookup)->loop->took(*static_cast<Lookup*>(lookup), status, count);
    }

    static void take_aaaa(void* lookup, int status, int, unsigned char* message, int size)
    {
        std::array<ares_addr6ttl, 8> addresses;
        int count = addresses.size();
        if (status == ARES_SUCCESS) {
            status = ares_parse_aaaa_reply(message, size, nullptr, addresses.data(), &count);
        }
        static_cast<Lookup*>(lookup)->loop->took(*static_cast<Lookup*>(lookup), status, count);
    }

    void took(Lookup& lookup, int status, int count)
    {
        if (status == ARES_SUCCESS) addresses_ += static_cast<std::size_t>(count);
        if (--lookup.replies_due > 0) return;
        --running_;
        start(lookup);
    }

    static constexpr int class_in = 1;
    static constexpr int type_a = 1;
    static constexpr int type_aaaa = 28;

    const test::Descriptor epoll_;
    ares_channel ares_ = nullptr;
    std::array<Lookup, at_a_time_max> lookups_;
    Names* names_ = nullptr;
    std::size_t running_ = 0;
    std::size_t addresses_ = 0;
};

// The engine's resolver on a reactor of its own.
class ResolverLoop {
public:
    explicit ResolverLoop(std::uint16_t port)
    {
        auto reactor = Reactor::open();
        if (!reactor) throw std::runtime_error(reactor.error());
        reactor_ = std::move(*reactor);
        auto resolver = Resolver::open(*reactor_, {.servers = {fmt::format("127.0.0.1:{}", port)},
                                                   .hosts_file = "/nonexistent/hosts"});
        if (!resolver) throw std::runtime_error(resolver.error());
        resolver_ = std::move(*resolver);
    }
    ~ResolverLoop()
    {
        resolver_->close();
        while (!reactor_->is_idle()) reactor_->turn(never);
    }

    Found look_up(Names names, std::size_t at_a_time)
    {
        const Nanoseconds started = thread_cpu_ns();
        Found found;
        Scope scope(*reactor_);
        {
            Deadline unlimited(*reactor_, never);
            for (std::size_t i = 0; i < at_a_time; ++i) {
                scope.spawn(resolve_all(*resolver_, names, found, unlimited));
            }
            while (scope.running() > 0) reactor_->turn(never);
        }
        found.cpu_ns = thread_cpu_ns() - started;
        return found;
    }

    Found look_up_again(std::size_t times)
    {
        Found found;
        Scope scope(*reactor_);
        {
            Deadline unlimited(*reactor_, never);
            scope.spawn(resolve_again(*resolver_, times, found, unlimited));
            while (scope.running() > 0) reactor_->turn(never);
        }
        return found;
    }

private:
    static Task<> resolve_all(Resolver& resolver, Names& names, Found& found, Deadline& deadline)
    {
        std::string name;
        while (names.take(name)) {
            const auto addresses = co_await resolver.resolve(name, deadline);
            if (addresses) found.addresses += addresses->size();
        }
    }

    static Task<> resolve_again(Resolver& resolver, std::size_t times, Found& found,
                                Deadline& deadline)
    {
        const std::string name = "cached.bench.example";
        co_await resolver.resolve(name, deadline);
        const Nanoseconds started = thread_cpu_ns();
        for (std::size_t i = 0; i < times; ++i) {
            const auto addresses = co_await resolver.resolve(name, deadline);
            if (addresses) found.addresses += addresses->size();
        }
        found.cpu_ns = thread_cpu_ns() - started;
    }

    std::unique_ptr<Reactor> reactor_;
    std::unique_ptr<Resolver> resolver_;
};

int run(const Arguments& arguments)
{
    if (!Knot::is_installed()) {
        std::fprintf(stderr, "dns_lookup: needs Debian's package knot\n");
        return exit_skipped;
    }
    Report report(arguments, "A lookup costs little more than bare c-ares, a cached one nothing");
    run_on(Core::server);
    const Knot knot;
    const test::Crowd crowd;
    run_on(Core::client);

    std::uint64_t addresses = 0;
    const auto add = [&](const std::string& name, std::size_t count, const Found& found) {
        report.add(name, "ns", static_cast<double>(found.cpu_ns) / static_cast<double>(count));
        if (found.addresses != 2 * count)
            throw std::runtime_error(name + ": an address is missing");
        addresses += found.addresses;
    };
    BareLoop bare(knot.port());
    ResolverLoop resolver(knot.port());
    EngineConfig config;
    config.policy.allow = {"127.0.0.0/8"};
    auto engine = Engine::create(config);
    if (!engine) throw std::runtime_error(engine.error());
    PivotLoop pivots(**engine, crowd.url("/flow"));
    const std::size_t many = arguments.is_small ? 1'000 : 20'000;
    bare.look_up(Names(many / 10), 1);
    resolver.look_up(Names(many / 10), 1);
    for (std::size_t round = 0; round < arguments.rounds(); ++round) {
        for (const std::size_t at_a_time : {std::size_t{1}, std::size_t{16}, at_a_time_max}) {
            const std::size_t count = at_a_time == 1 ? many / 4 : many;
            add(fmt::format("bare c-ares, {} at a time", at_a_time), count,
                bare.look_up(Names(count), at_a_time));
            add(fmt::format("resolver, {} at a time", at_a_time), count,
                resolver.look_up(Names(count), at_a_time));
        }
        add("resolver, cached", many * 10, resolver.look_up_again(many * 10));
        report.add("a full pivot", "ns", pivots.run(many, 64));
    }
    for (const std::size_t at_a_time : {std::size_t{1}, std::size_t{16}, at_a_time_max}) {
        report.add_ratio(fmt::format("resolver ÷ bare c-ares, {} at a time", at_a_time),
                         fmt::format("resolver, {} at a time", at_a_time),
                         fmt::format("bare c-ares, {} at a time", at_a_time), 1.15);
    }
    report.add_ratio("cached lookup ÷ full pivot", "resolver, cached", "a full pivot", 0.01);
    return report.finish(addresses);
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values));
} catch (const std::exception& error) {
    std::fprintf(stderr, "dns_lookup: %s\n", error.what());
    return 1;
}
