#include "net/resolver.hpp"

#include "peers/dns_server.hpp"
#include "peers/eventually.hpp"
#include "peers/loopback.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<bool> has_descriptors = true;

}  // namespace

// The linker takes this one before the C library's. A lower limit would do for sockets, but UBSan
// needs descriptors, too.
extern "C" int socket(int family, int type, int protocol) noexcept
{
    if (has_descriptors) return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
    errno = EMFILE;
    return -1;
}

namespace pivot::net {
namespace {

using namespace std::chrono_literals;
using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::DnsReply;
using test::DnsServer;
using test::run_until;
using test::run_until_idle;
using test::run_until_seen;
using test::second_ns;
using Type = test::DnsType;

constexpr Nanoseconds millisecond_ns = 1'000'000;
const std::string no_hosts_file = "/nonexistent/hosts";

std::string server_at(std::uint16_t port)
{
    return fmt::format("127.0.0.1:{}", port);
}

struct Answer {
    std::optional<Result<Addresses>> result;
    Nanoseconds came_at = 0;
};

Task<> ask(Resolver& resolver, std::string host, Answer& answer, Deadline& deadline)
{
    auto result = co_await resolver.resolve(host, deadline);
    answer.result = std::move(result);
    answer.came_at = deadline.reactor().now();
}

// "2001:db8::1 192.0.2.1", or the message of a failure of DNS.
std::string text_of(const Result<Addresses>& result)
{
    if (!result) {
        EXPECT_EQ(result.error().reason, Reason::dns);
        EXPECT_EQ(result.error().phase, Phase::dns);
        return result.error().message;
    }
    std::string text;
    for (const IpAddress& address : *result) text += (text.empty() ? "" : " ") + address.to_text();
    return text;
}

class ResolverTest : public testing::Test {
protected:
    ResolverTest() : reactor(test::open_reactor(opened_)), scope(reactor) {}
    ~ResolverTest() override
    {
        if (resolver_) resolver_->close();
        run_until_idle(reactor);
        EXPECT_EQ(scope.running(), 0U);
    }

    Resolver& resolver()
    {
        if (!resolver_) open({.servers = {server_at(server.port())}, .hosts_file = no_hosts_file});
        return *resolver_;
    }

    void open(const DnsConfig& config)
    {
        auto opened = Resolver::open(reactor, config);
        if (!opened) throw std::runtime_error(opened.error());
        resolver_ = std::move(*opened);
        reactor.turn(0);  // what time it is
    }

    Result<Addresses> resolve(const std::string& host, Nanoseconds timeout = 20 * second_ns)
    {
        Deadline deadline(reactor, reactor.now() + timeout);
        Answer answer;
        scope.spawn(ask(resolver(), host, answer, deadline));
        run_until(reactor, [&] { return answer.result.has_value(); });
        return *answer.result;
    }

    // On a busy machine one family may come too late for the first caller, but not for later ones.
    void wait_for(const std::string& host, const std::string& addresses)
    {
        run_until_seen(reactor, [&] { return text_of(resolve(host)) == addresses; });
    }

    void run_for(Nanoseconds duration)
    {
        reactor.turn(0);
        const Nanoseconds until = reactor.now() + duration;
        while (reactor.now() < until) reactor.turn(until);
    }

private:
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    DnsServer server;

private:
    std::unique_ptr<Resolver> resolver_;

protected:
    Scope scope;
};

TEST_F(ResolverTest, both_families_are_returned_by_turns_ipv6_first)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1", "192.0.2.2", "192.0.2.3"}});
    server.answer("a.example", Type::aaaa, {.addresses = {"2001:db8::1"}});
    wait_for("a.example", "2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3");
}

TEST_F(ResolverTest, one_family_is_enough)
{
    server.answer("v4.example", Type::a, {.addresses = {"192.0.2.1"}});
    server.answer("v6.example", Type::aaaa, {.addresses = {"2001:db8::1"}});
    EXPECT_EQ(text_of(resolve("v4.example")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("v6.example")), "2001:db8::1");
}

TEST_F(ResolverTest, without_a_descriptor_for_the_question_the_limit_to_raise_is_named)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    resolver();
    has_descriptors = false;
    const auto refused = resolve("a.example");
    has_descriptors = true;
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::overload);
    EXPECT_EQ(refused.error().phase, Phase::dns);
    EXPECT_NE(refused.error().message.find(fmt::format(
                  "no socket for the DNS servers {}: no descriptor is left: raise the limit of "
                  "open files (ulimit -n, LimitNOFILE) from ",
                  server_at(server.port()))),
              std::string::npos)
        << refused.error().message;
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1") << "which is not remembered";
}

TEST_F(ResolverTest, an_answer_is_remembered_for_every_spelling_of_the_name)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("A.Example.")), "192.0.2.1");
    EXPECT_EQ(server.queries_in_total(), 2U);
    EXPECT_EQ(resolver().questions(), 2U);
    EXPECT_EQ(resolver().cache_hits(), 2U);
}

TEST_F(ResolverTest, an_answer_is_asked_for_again_when_its_ttl_has_passed)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .ttl_s = 1});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.2"}, .ttl_s = 1});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    run_for(second_ns);
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.2");
}

TEST_F(ResolverTest, an_answer_with_a_ttl_of_zero_is_for_those_who_wait)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .ttl_s = 0});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(server.queries("a.example", Type::a), 2U);
}

TEST_F(ResolverTest, four_hundred_callers_share_one_lookup)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .ttl_s = 0, .delay = 20ms});
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    std::vector<Answer> answers(400);
    for (Answer& answer : answers) scope.spawn(ask(resolver(), "a.example", answer, deadline));
    run_until(reactor, [&] { return scope.running() == 0; });
    for (const Answer& answer : answers) EXPECT_EQ(text_of(*answer.result), "192.0.2.1");
    EXPECT_EQ(server.queries("a.example", Type::a), 1U);
    EXPECT_EQ(server.queries("a.example", Type::aaaa), 1U);
}

TEST_F(ResolverTest, a_caller_who_gives_up_harms_no_other_and_the_cache_learns)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .delay = 50ms});
    Deadline soon(reactor, reactor.now() + millisecond_ns);
    Deadline later(reactor, reactor.now() + 20 * second_ns);
    Answer hasty;
    Answer patient;
    scope.spawn(ask(resolver(), "a.example", hasty, soon));
    run_until(reactor, [&] { return hasty.result.has_value(); });
    EXPECT_EQ(hasty.result->error().reason, Reason::timeout);
    EXPECT_EQ(hasty.result->error().phase, Phase::dns);
    EXPECT_GE(hasty.came_at, soon.at());

    scope.spawn(ask(resolver(), "a.example", patient, later));
    run_until(reactor, [&] { return patient.result.has_value(); });
    EXPECT_EQ(text_of(*patient.result), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(server.queries_in_total(), 2U);
}

TEST_F(ResolverTest, a_caller_who_hangs_up_is_told_that_it_was_cancelled)
{
    server.answer("a.example", Type::a, {.reply = DnsReply::silence});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::silence});
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    Answer answer;
    scope.spawn(ask(resolver(), "a.example", answer, deadline));
    reactor.turn(0);
    deadline.expire(Reason::cancelled);
    run_until(reactor, [&] { return answer.result.has_value(); });
    EXPECT_EQ(answer.result->error().reason, Reason::cancelled);
}

TEST_F(ResolverTest, a_silent_server_is_a_timeout_at_the_deadline_and_never_before)
{
    server.answer("a.example", Type::a, {.reply = DnsReply::silence});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::silence});
    for (const Nanoseconds timeout : {5 * millisecond_ns, 1'500 * millisecond_ns}) {
        Deadline deadline(reactor, reactor.now() + timeout);
        Answer answer;
        scope.spawn(ask(resolver(), "a.example", answer, deadline));
        run_until(reactor, [&] { return answer.result.has_value(); });
        ASSERT_FALSE(*answer.result);
        EXPECT_EQ(answer.result->error().reason, Reason::timeout);
        EXPECT_EQ(answer.result->error().phase, Phase::dns);
        EXPECT_GE(answer.came_at, deadline.at());
    }
    EXPECT_EQ(server.queries("a.example", Type::a), 2U);
}

TEST_F(ResolverTest, servers_that_stay_silent_to_the_last_try_are_named)
{
    const auto address = server_at(server.port());
    open({.servers = {address}, .hosts_file = no_hosts_file, .try_ms = 10, .tries = 2});
    server.answer("a.example", Type::a, {.reply = DnsReply::silence});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::silence});
    EXPECT_EQ(text_of(resolve("a.example")),
              "resolve a.example: no answer from the DNS servers " + address);
    EXPECT_TRUE(test::eventually([&] { return server.queries("a.example", Type::a) == 2; }));
}

TEST_F(ResolverTest, a_family_that_is_dropped_costs_fifty_milliseconds)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::silence});
    server.answer("b.example", Type::a, {.reply = DnsReply::silence});
    server.answer("b.example", Type::aaaa, {.addresses = {"2001:db8::1"}});
    for (const auto* host : {"a.example", "b.example"}) {
        resolver();
        const Nanoseconds started_at = reactor.now();
        EXPECT_EQ(resolve(host)->size(), 1U);
        EXPECT_GE(reactor.now() - started_at, 50 * millisecond_ns);
        EXPECT_LT(reactor.now() - started_at, 5 * second_ns);
    }
    const auto hits = resolver().cache_hits();
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(resolver().cache_hits(), hits + 1);
}

TEST_F(ResolverTest, a_family_that_is_late_enters_the_cache)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    server.answer("a.example", Type::aaaa, {.addresses = {"2001:db8::1"}, .delay = 300ms});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    wait_for("a.example", "2001:db8::1 192.0.2.1");
    EXPECT_EQ(resolver().questions(), 2U);
}

TEST_F(ResolverTest, a_chain_of_aliases_leads_to_the_addresses)
{
    server.answer("a.example", Type::a,
                  {.addresses = {"192.0.2.1"}, .aliases = {"b.example", "c.example"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
}

TEST_F(ResolverTest, an_alias_without_addresses_is_asked_for_and_the_least_ttl_counts)
{
    server.answer("a.example", Type::a, {.aliases = {"b.example"}, .ttl_s = 1});
    server.answer("b.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(server.queries("b.example", Type::a), 1U);
    run_for(second_ns);
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(server.queries("a.example", Type::a), 2U);
}

TEST_F(ResolverTest, a_chain_in_one_answer_is_followed_however_long)
{
    std::vector<std::string> aliases;
    for (int i = 0; i < 20; ++i) aliases.push_back(fmt::format("{}.example", i));
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .aliases = aliases});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_EQ(server.queries_in_total(), 2U);
}

TEST_F(ResolverTest, a_chain_over_nine_answers_is_followed_and_over_ten_is_not)
{
    for (int i = 0; i <= 8; ++i) {
        server.answer(fmt::format("{}.example", i), Type::a,
                      {.aliases = {fmt::format("{}.example", i + 1)}});
    }
    server.answer("9.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("1.example")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("0.example")),
              "resolve 0.example: no address after 8 more questions for its aliases, the last one "
              "9.example");
}

TEST_F(ResolverTest, a_loop_of_aliases_ends_as_a_failure)
{
    server.answer("a.example", Type::a, {.aliases = {"b.example"}});
    server.answer("b.example", Type::a, {.aliases = {"a.example"}});
    server.answer("c.example", Type::a, {.aliases = {"d.example", "c.example"}});
    EXPECT_EQ(text_of(resolve("a.example")),
              "resolve a.example: no address after 8 more questions for its aliases, the last one "
              "b.example");
    EXPECT_EQ(text_of(resolve("c.example")),
              "resolve c.example: its alias d.example leads back to itself");
}

TEST_F(ResolverTest, a_truncated_answer_is_asked_for_over_tcp)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .reply = DnsReply::truncated});
    server.answer("a.example", Type::aaaa,
                  {.addresses = {"2001:db8::1"}, .reply = DnsReply::truncated});
    wait_for("a.example", "2001:db8::1 192.0.2.1");
    EXPECT_EQ(server.queries_over_tcp("a.example", Type::a), 1U);
    server.answer("b.example", Type::a, {.addresses = {"192.0.2.2"}, .reply = DnsReply::truncated});
    EXPECT_EQ(text_of(resolve("b.example")), "192.0.2.2");
}

TEST_F(ResolverTest, a_name_that_does_not_exist_is_remembered)
{
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: no such name (NXDOMAIN)");
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: no such name (NXDOMAIN)");
    EXPECT_EQ(server.queries_in_total(), 2U);
    run_for(5 * second_ns);
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
}

TEST_F(ResolverTest, a_name_without_addresses_is_remembered)
{
    server.answer("a.example", Type::cname, {});
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: no address");
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: no address");
    EXPECT_EQ(server.queries_in_total(), 2U);
}

TEST_F(ResolverTest, a_failure_of_the_server_is_remembered_for_a_second)
{
    server.answer("a.example", Type::a, {.reply = DnsReply::servfail});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::servfail});
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: server failure (SERVFAIL)");
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_FALSE(resolve("a.example"));
    run_for(second_ns);
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
}

TEST_F(ResolverTest, one_family_that_fails_does_not_harm_the_other)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::servfail});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
}

TEST_F(ResolverTest, a_family_that_fails_for_a_moment_is_asked_for_again_after_a_second)
{
    server.answer("a.example", Type::aaaa, {.addresses = {"2001:db8::1"}, .ttl_s = 3'600});
    server.answer("a.example", Type::a, {.reply = DnsReply::servfail});
    EXPECT_EQ(text_of(resolve("a.example")), "2001:db8::1");
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .ttl_s = 3'600});
    EXPECT_EQ(text_of(resolve("a.example")), "2001:db8::1");
    run_for(second_ns);
    wait_for("a.example", "2001:db8::1 192.0.2.1");
    run_for(second_ns);
    wait_for("a.example", "2001:db8::1 192.0.2.1");
    EXPECT_EQ(resolver().questions(), 4U);
}

TEST_F(ResolverTest, a_refusal_says_so)
{
    server.answer("a.example", Type::a, {.reply = DnsReply::refused});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::refused});
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: refused by the DNS server");
}

TEST_F(ResolverTest, lies_are_ignored_until_the_answer_comes)
{
    for (const DnsReply lie : {DnsReply::wrong_id, DnsReply::wrong_question}) {
        const auto host = fmt::format("lie-{}.example", static_cast<int>(lie));
        server.answer(host, Type::a, {.addresses = {"192.0.2.66"}, .reply = lie});
        Deadline deadline(reactor, reactor.now() + 20 * second_ns);
        Answer answer;
        scope.spawn(ask(resolver(), host, answer, deadline));
        run_for(20 * millisecond_ns);
        EXPECT_FALSE(answer.result);
        server.answer(host, Type::a, {.addresses = {"192.0.2.1"}});
        run_until(reactor, [&] { return answer.result.has_value(); });
        EXPECT_EQ(text_of(*answer.result), "192.0.2.1");
    }
}

// c-ares 1.18 takes what has the right identifier and no question for a lie, 1.34 for an answer.
TEST_F(ResolverTest, garbage_is_ignored_or_malformed_but_no_answer)
{
    server.answer("a.example", Type::a, {.reply = DnsReply::garbage});
    server.answer("a.example", Type::aaaa, {.reply = DnsReply::garbage});
    Deadline deadline(reactor, reactor.now() + 1'500 * millisecond_ns);
    Answer answer;
    scope.spawn(ask(resolver(), "a.example", answer, deadline));
    run_until(reactor, [&] { return answer.result.has_value(); });
    EXPECT_FALSE(*answer.result);
}

TEST_F(ResolverTest, records_of_another_name_are_not_an_answer)
{
    server.answer("a.example", Type::a,
                  {.addresses = {"192.0.2.66"}, .reply = DnsReply::wrong_owner});
    EXPECT_EQ(text_of(resolve("a.example")), "resolve a.example: no address");
}

TEST_F(ResolverTest, a_malformed_answer_says_so)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.66"}, .reply = DnsReply::loop});
    server.answer("a.example", Type::aaaa, {.addresses = {"2001:db8::1"}, .reply = DnsReply::loop});
    EXPECT_EQ(text_of(resolve("a.example")),
              "resolve a.example: the answer of the DNS server is malformed");
}

TEST_F(ResolverTest, a_silent_first_server_is_passed_over)
{
    const auto deaf = test::bind_udp("127.0.0.1");
    open({.servers = {server_at(test::port_of(deaf)), server_at(server.port())},
          .hosts_file = no_hosts_file,
          .try_ms = 100});
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    const Nanoseconds started_at = reactor.now();
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    EXPECT_GE(reactor.now() - started_at, 100 * millisecond_ns);
    EXPECT_LT(reactor.now() - started_at, 5 * second_ns);
}

TEST_F(ResolverTest, a_first_server_that_fails_is_passed_over)
{
    DnsServer failing;
    failing.answer("a.example", Type::a, {.reply = DnsReply::servfail});
    failing.answer("a.example", Type::aaaa, {.reply = DnsReply::refused});
    open({.servers = {server_at(failing.port()), server_at(server.port())},
          .hosts_file = no_hosts_file});
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    resolver().close();
}

TEST_F(ResolverTest, a_server_that_is_not_there_is_a_failure)
{
    const test::RefusingPort nobody;
    const auto address = server_at(nobody.port());
    open({.servers = {address}, .hosts_file = no_hosts_file, .try_ms = 50});
    const auto failure = text_of(resolve("a.example"));
    EXPECT_TRUE(failure.ends_with(" from the DNS servers " + address)) << failure;
}

// Nobody listens there, as the kernel says at once.
TEST_F(ResolverTest, a_first_server_that_is_not_there_is_passed_over_for_both_families_at_once)
{
    const test::RefusingPort nobody;
    open({.servers = {server_at(nobody.port()), server_at(server.port())},
          .hosts_file = no_hosts_file,
          .try_ms = 10'000});
    server.answer("v4.example", Type::a, {.addresses = {"192.0.2.1"}});
    server.answer("v6.example", Type::aaaa, {.addresses = {"2001:db8::1"}});
    const Nanoseconds started_at = reactor.now();
    EXPECT_EQ(text_of(resolve("v4.example")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("v6.example")), "2001:db8::1");
    EXPECT_EQ(text_of(resolve("nx.example")), "resolve nx.example: no such name (NXDOMAIN)");
    EXPECT_LT(reactor.now() - started_at, 10 * second_ns) << "a question waited for its time-out";
}

// Answers the questions that have come to a socket of a test's own. Returns the ports they came
// from, in the order of their coming.
std::vector<std::uint16_t> answer_all(const test::Descriptor& socket)
{
    std::vector<std::uint16_t> ports;
    while (true) {
        std::array<char, 512> query;
        sockaddr_storage asker{};
        socklen_t asker_size = sizeof asker;
        auto* const from = reinterpret_cast<sockaddr*>(&asker);
        const auto size =
            ::recvfrom(socket.get(), query.data(), query.size(), 0, from, &asker_size);
        if (size <= 0) return ports;
        const auto question =
            test::parse_dns_query({query.data(), static_cast<std::size_t>(size)}).value();
        const auto address = question.type == Type::a ? "192.0.2.1" : "2001:db8::1";
        const auto response =
            test::dns_response(question, {.addresses = {address}}, test::DnsTransport::udp);
        ::sendto(socket.get(), response.data(), response.size(), 0, from, asker_size);
        ports.push_back(SocketAddress::from(*from)->port());
    }
}

TEST_F(ResolverTest, a_server_may_have_an_ipv6_address)
{
    const auto socket = test::bind_udp("::1");
    open(
        {.servers = {fmt::format("[::1]:{}", test::port_of(socket))}, .hosts_file = no_hosts_file});
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    Answer answer;
    scope.spawn(ask(resolver(), "a.example", answer, deadline));
    while (!answer.result) {
        reactor.turn(reactor.now() + millisecond_ns);
        answer_all(socket);
    }
    const std::string both = "2001:db8::1 192.0.2.1";
    EXPECT_EQ(text_of(*answer.result), both);
}

TEST_F(ResolverTest, a_port_is_kept_for_many_questions_but_not_for_ever)
{
    const auto socket = test::bind_udp("127.0.0.1");
    open({.servers = {server_at(test::port_of(socket))}, .hosts_file = no_hosts_file});
    std::vector<std::uint16_t> ports;
    for (int i = 0; i < 600; ++i) {
        Deadline deadline(reactor, reactor.now() + 20 * second_ns);
        Answer answer;
        scope.spawn(ask(resolver(), fmt::format("{}.example", i), answer, deadline));
        while (!answer.result) {
            reactor.turn(reactor.now() + millisecond_ns);
            for (const auto port : answer_all(socket)) ports.push_back(port);
        }
    }
    EXPECT_GE(std::ranges::count(ports, ports.front()), 1'000);
    EXPECT_NE(ports.front(), ports.back());
}

class File {
public:
    explicit File(const std::string& text)
    {
        ::close(::mkstemp(path.data()));
        write(text);
    }
    ~File() { ::unlink(path.c_str()); }

    void write(const std::string& text) const { std::ofstream(path) << text; }

    std::string path = "/tmp/pivot-test-XXXXXX";
};

// Nobody serves port 53 of these addresses.
TEST_F(ResolverTest, the_systems_servers_are_read_again_when_their_file_changes)
{
    const File file("nameserver 127.0.53.1\n");
    open({.resolv_conf = file.path, .hosts_file = no_hosts_file, .try_ms = 20});
    const auto first = text_of(resolve("a.example"));
    EXPECT_TRUE(first.ends_with(" from the DNS servers 127.0.53.1")) << first;
    file.write("nameserver 127.0.53.2\nnameserver 127.0.53.3\n");
    run_for(second_ns);
    const auto second = text_of(resolve("a.example"));
    EXPECT_TRUE(second.ends_with(" from the DNS servers 127.0.53.2, 127.0.53.3")) << second;
}

TEST_F(ResolverTest, what_is_asked_when_the_systems_servers_change_is_asked_of_the_new_ones)
{
    test::Descriptor deaf;
    try {
        deaf = test::bind_udp("127.0.53.4", 53);
    } catch (const std::system_error& refused) {
        GTEST_SKIP() << "a server at port 53 takes a privilege: " << refused.what();
    }
    const File file("nameserver 127.0.53.4\n");
    open({.resolv_conf = file.path, .hosts_file = no_hosts_file, .try_ms = 20'000, .tries = 1});
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    Answer early;
    scope.spawn(ask(resolver(), "early.example", early, deadline));
    run_for(second_ns);
    file.write("nameserver 127.0.53.1\n# nobody\n");
    const auto late = text_of(resolve("late.example"));
    EXPECT_TRUE(late.ends_with(" from the DNS servers 127.0.53.1")) << late;
    run_until(reactor, [&] { return early.result.has_value(); });
    EXPECT_EQ(text_of(*early.result),
              "resolve early" + late.substr(std::string("resolve late").size()));
}

TEST_F(ResolverTest, other_servers_are_asked_once_they_are_set)
{
    test::DnsServer next;
    open({.servers = {server_at(server.port())}, .hosts_file = no_hosts_file, .try_ms = 20});
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    next.answer("b.example", Type::a, {.addresses = {"192.0.2.2"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    resolver().set_servers({server_at(next.port())});
    EXPECT_EQ(text_of(resolve("b.example")), "192.0.2.2");
    EXPECT_EQ(server.queries("b.example", Type::a), 0U);
}

TEST_F(ResolverTest, the_hosts_file_is_read_again_when_it_changes)
{
    const File file("192.0.2.7 a.example\n");
    open({.servers = {server_at(server.port())}, .hosts_file = file.path});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.7");
    run_for(second_ns);
    file.write("192.0.2.8 a.example b.example\n");
    run_for(second_ns);
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.8");
    EXPECT_EQ(text_of(resolve("b.example")), "192.0.2.8");
    run_for(second_ns);
    ::unlink(file.path.c_str());
    EXPECT_FALSE(resolve("b.example")) << "it is empty where it does not exist";
}

TEST_F(ResolverTest, the_hosts_file_comes_first_and_no_server_is_asked)
{
    const File file("192.0.2.7 a.example\n192.0.2.8 sub.localhost\n");
    open({.servers = {server_at(server.port())}, .hosts_file = file.path});
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.7");
    EXPECT_EQ(text_of(resolve("A.EXAMPLE.")), "192.0.2.7");
    EXPECT_EQ(text_of(resolve("sub.localhost")), "192.0.2.8");
    EXPECT_EQ(server.queries_in_total(), 0U);
}

TEST_F(ResolverTest, localhost_and_the_names_below_it_are_loopback)
{
    const std::string loopback = "::1 127.0.0.1";
    EXPECT_EQ(text_of(resolve("localhost")), loopback);
    EXPECT_EQ(text_of(resolve("My.LocalHost.")), loopback);
    EXPECT_EQ(server.queries_in_total(), 0U);
}

TEST_F(ResolverTest, an_address_is_its_own_answer)
{
    EXPECT_EQ(text_of(resolve("192.0.2.7")), "192.0.2.7");
    EXPECT_EQ(text_of(resolve("2001:DB8::7")), "2001:db8::7");
    EXPECT_EQ(server.queries_in_total(), 0U);
}

TEST_F(ResolverTest, what_is_not_a_host_is_not_asked_for)
{
    for (const auto* host : {"", "a..example", "127.1", "a b", "a\\.example"}) {
        EXPECT_TRUE(text_of(resolve(host)).starts_with("the host")) << host;
    }
    EXPECT_FALSE(resolve(std::string("a.example\0.b.example", 20)));
    EXPECT_EQ(server.queries_in_total(), 0U);
}

// What c-ares takes from the environment for the life of a test.
class SearchDomain {
public:
    explicit SearchDomain(const char* domain) { ::setenv("LOCALDOMAIN", domain, 1); }
    ~SearchDomain() { ::unsetenv("LOCALDOMAIN"); }
};

TEST_F(ResolverTest, search_domains_are_for_names_without_a_dot)
{
    const SearchDomain domain("corp.example");
    server.answer("hooks.corp.example", Type::a, {.addresses = {"192.0.2.1"}});
    server.answer("a.b.corp.example", Type::a, {.addresses = {"192.0.2.66"}});
    EXPECT_EQ(text_of(resolve("hooks")), "192.0.2.1");
    EXPECT_EQ(text_of(resolve("a.b")), "resolve a.b: no such name (NXDOMAIN)");
    EXPECT_EQ(server.queries("a.b.corp.example", Type::a), 0U);
}

TEST_F(ResolverTest, a_name_with_a_dot_at_its_end_is_looked_for_in_no_search_domain)
{
    const SearchDomain domain("corp.example");
    server.answer("hooks.corp.example", Type::a, {.addresses = {"192.0.2.66"}});
    server.answer("hooks", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("hooks.")), "192.0.2.1");
    EXPECT_EQ(server.queries("hooks.corp.example", Type::a), 0U);
    EXPECT_EQ(text_of(resolve("hooks")), "192.0.2.66") << "each has its own place in the cache";
    EXPECT_EQ(text_of(resolve("Hooks.")), "192.0.2.1");
}

TEST_F(ResolverTest, more_lookups_than_allowed_are_an_overload)
{
    open({.servers = {server_at(server.port())}, .hosts_file = no_hosts_file, .lookups_max = 1});
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}, .delay = 20ms});
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    Answer first;
    scope.spawn(ask(resolver(), "a.example", first, deadline));
    const auto second = resolve("b.example");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, Reason::overload);
    run_until(reactor, [&] { return first.result.has_value(); });
    EXPECT_TRUE(first.result->has_value());
}

TEST_F(ResolverTest, closing_cancels_those_who_wait_and_those_who_come)
{
    server.answer("a.example", Type::a, {.reply = DnsReply::silence});
    server.answer("b.example", Type::a, {.delay = 1h, .reply = DnsReply::truncated});
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    std::vector<Answer> answers(3);
    scope.spawn(ask(resolver(), "a.example", answers[0], deadline));
    scope.spawn(ask(resolver(), "b.example", answers[1], deadline));
    run_for(20 * millisecond_ns);
    resolver().close();
    scope.spawn(ask(resolver(), "c.example", answers[2], deadline));
    run_until(reactor, [&] { return scope.running() == 0; });
    for (const Answer& answer : answers) {
        ASSERT_FALSE(*answer.result);
        EXPECT_EQ(answer.result->error().reason, Reason::cancelled);
        EXPECT_EQ(answer.result->error().phase, Phase::dns);
    }
}

TEST_F(ResolverTest, closing_at_any_moment_of_a_lookup_leaves_the_reactor_idle)
{
    for (int turns = 0; turns < 12; ++turns) {
        open({.servers = {server_at(server.port())}, .hosts_file = no_hosts_file});
        server.answer("a.example", Type::a,
                      {.addresses = {"192.0.2.1"}, .reply = DnsReply::truncated});
        Deadline deadline(reactor, reactor.now() + 20 * second_ns);
        Answer answer;
        scope.spawn(ask(resolver(), "a.example", answer, deadline));
        for (int i = 0; i < turns; ++i) reactor.turn(reactor.now() + millisecond_ns);
        resolver().close();
        run_until(reactor, [&] { return answer.result.has_value(); });
        deadline.expire(Reason::cancelled);
        run_until_idle(reactor);
    }
}

TEST_F(ResolverTest, a_hundred_names_at_once_are_resolved)
{
    std::vector<Answer> answers(100);
    Deadline deadline(reactor, reactor.now() + 20 * second_ns);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto host = fmt::format("{}.example", i);
        server.answer(host, Type::a, {.addresses = {"192.0.2.1"}});
        scope.spawn(ask(resolver(), host, answers[i], deadline));
    }
    run_until(reactor, [&] { return scope.running() == 0; });
    for (const Answer& answer : answers) EXPECT_EQ(text_of(*answer.result), "192.0.2.1");
}

TEST_F(ResolverTest, without_a_question_nothing_is_due)
{
    server.answer("a.example", Type::a, {.addresses = {"192.0.2.1"}});
    EXPECT_EQ(text_of(resolve("a.example")), "192.0.2.1");
    run_for(20 * millisecond_ns);
    EXPECT_EQ(reactor.next_turn(), reactor::never);
}

TEST_F(ResolverTest, a_mistake_in_the_configuration_is_a_sentence)
{
    const auto server = Resolver::open(reactor, {.servers = {"dns.example"}});
    ASSERT_FALSE(server);
    EXPECT_TRUE(server.error().starts_with("the DNS server \"dns.example\" is not an address"));

    const auto hosts = Resolver::open(reactor, {.hosts_file = "/tmp"});
    ASSERT_FALSE(hosts);
    EXPECT_EQ(hosts.error(), "the hosts file /tmp cannot be read: Is a directory");
}

}  // namespace
}  // namespace pivot::net
