#include "peers/dns_server.hpp"

#include "peers/loopback.hpp"
#include "peers/plain_client.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace pivot::test {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// Written out, so that the server is not tested by its own hand.
//
//  id 0x1234 | recursion desired | 1 question | … | 1a 'a' 7 'Example' 0 | type | IN
std::string query(DnsType type = DnsType::a)
{
    return "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s +
           "\x01"
           "a\x07"
           "Example\x00\x00"s +
           static_cast<char>(type) + "\x00\x01"s;
}

const std::size_t question_size = query().size() - 12;

// What follows the question: owner pointer, type, IN, TTL, size.
std::string record(char type, char ttl_s, const std::string& data)
{
    return "\xc0\x0c\x00"s + type + "\x00\x01\x00\x00\x00"s + ttl_s + '\0' +
           static_cast<char>(data.size()) + data;
}

const std::string localhost_record = record(1, 60, "\x7f\x00\x00\x01"s);

class DatagramClient {
public:
    explicit DatagramClient(std::uint16_t port) : port_(port), socket_(bind_udp("127.0.0.1")) {}

    void send(const std::string& message)
    {
        const sockaddr_in to{.sin_family = AF_INET,
                             .sin_port = htons(port_),
                             .sin_addr = {htonl(INADDR_LOOPBACK)},
                             .sin_zero = {}};
        ASSERT_GT(::sendto(socket_.get(), message.data(), message.size(), 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof to),
                  0);
    }

    // Empty after ten seconds of silence.
    std::string receive()
    {
        pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        ::poll(&polled, 1, 10'000);
        std::array<char, 4096> buffer;
        const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        return count < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(count));
    }

    std::string ask(const std::string& message)
    {
        send(message);
        return receive();
    }

private:
    const std::uint16_t port_;
    const Descriptor socket_;
};

// The flags and the counts that follow the identifier.
std::string outline(const std::string& response)
{
    return response.substr(2, 10);
}

std::string answers(const std::string& response)
{
    return response.substr(12 + question_size);
}

const std::string one_answer = "\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"s;
const std::string no_data = "\x81\x80\x00\x01\x00\x00\x00\x01\x00\x00"s;
const std::string nxdomain = "\x81\x83\x00\x01\x00\x00\x00\x01\x00\x00"s;

struct DnsServerReplies : testing::Test {
    DnsServer server;
    DatagramClient client{server.port()};
};

TEST_F(DnsServerReplies, an_address_comes_with_its_question_as_it_was_spelled)
{
    server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}});
    const auto response = client.ask(query());
    EXPECT_EQ(response.substr(0, 2), "\x12\x34");
    EXPECT_EQ(outline(response), one_answer);
    EXPECT_EQ(response.substr(12, question_size), query().substr(12));
    EXPECT_EQ(answers(response), localhost_record);
}

TEST_F(DnsServerReplies, all_addresses_come_in_order)
{
    server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1", "127.0.0.2"}, .ttl_s = 0});
    EXPECT_EQ(answers(client.ask(query())),
              record(1, 0, "\x7f\x00\x00\x01"s) + record(1, 0, "\x7f\x00\x00\x02"s));
}

TEST_F(DnsServerReplies, an_ipv6_address_has_a_type_of_its_own)
{
    server.answer("a.example", DnsType::aaaa, {.addresses = {"::1"}});
    EXPECT_EQ(answers(client.ask(query(DnsType::aaaa))),
              record(28, 60, std::string(15, '\0') + '\1'));
    EXPECT_EQ(outline(client.ask(query(DnsType::a))), no_data);
}

TEST_F(DnsServerReplies, aliases_lead_from_one_to_the_next)
{
    server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}, .aliases = {"b", "c"}});
    const auto under = [](const char* owner, std::string record) {
        return record.replace(0, 2, owner, 3);
    };
    EXPECT_EQ(answers(client.ask(query())), record(5, 60,
                                                   "\x01"
                                                   "b\x00"s) +
                                                under("\x01"
                                                      "b",
                                                      record(5, 60,
                                                             "\x01"
                                                             "c\x00"s)) +
                                                under("\x01"
                                                      "c",
                                                      localhost_record));
}

TEST_F(DnsServerReplies, an_unknown_name_does_not_exist)
{
    EXPECT_EQ(outline(client.ask(query())), nxdomain);
}

TEST_F(DnsServerReplies, a_later_answer_replaces_the_earlier)
{
    server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}});
    server.answer("a.example", DnsType::a, {.reply = DnsReply::nxdomain});
    EXPECT_EQ(outline(client.ask(query())), nxdomain);
}

TEST_F(DnsServerReplies, no_data_is_an_answer_without_records)
{
    server.answer("a.example", DnsType::a, {});
    EXPECT_EQ(outline(client.ask(query())), no_data);
}

TEST_F(DnsServerReplies, a_failure_has_its_code)
{
    server.answer("a.example", DnsType::a, {.reply = DnsReply::servfail});
    EXPECT_EQ(client.ask(query()).at(3), '\x82');
    server.answer("a.example", DnsType::a, {.reply = DnsReply::refused});
    EXPECT_EQ(client.ask(query()).at(3), '\x85');
}

TEST_F(DnsServerReplies, a_delay_holds_up_no_other_answer)
{
    server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}, .delay = 100ms});
    server.answer("a.example", DnsType::aaaa, {.addresses = {"::1"}});
    const auto start = Clock::now();
    client.send(query(DnsType::a));
    client.send(query(DnsType::aaaa));
    EXPECT_EQ(client.receive().substr(12 + question_size + 2, 2), "\x00\x1c"s);
    EXPECT_EQ(answers(client.receive()), localhost_record);
    EXPECT_GE(Clock::now() - start, 100ms);
}

TEST_F(DnsServerReplies, silence_is_not_an_answer_but_counts_as_a_query)
{
    server.answer("a.example", DnsType::a, {.reply = DnsReply::silence});
    server.answer("a.example", DnsType::aaaa, {.addresses = {"::1"}});
    client.send(query(DnsType::a));
    EXPECT_EQ(client.ask(query(DnsType::aaaa)).substr(12 + question_size + 2, 2), "\x00\x1c"s);
    EXPECT_EQ(server.queries("a.example", DnsType::a), 1U);
}

TEST_F(DnsServerReplies, a_truncated_answer_comes_whole_over_tcp)
{
    server.answer("a.example", DnsType::a,
                  {.addresses = {"127.0.0.1"}, .reply = DnsReply::truncated});
    EXPECT_EQ(outline(client.ask(query())), "\x83\x80\x00\x01\x00\x00\x00\x00\x00\x00"s);

    PlainClient tcp{server.port()};
    // Two queries, cut in the middle of a length.
    const auto framed = '\0' + std::string(1, static_cast<char>(query().size())) + query();
    tcp.send(framed + framed.substr(0, 1));
    const auto size = 2 + 12 + question_size + localhost_record.size();
    EXPECT_TRUE(tcp.receive(size).ends_with(localhost_record));
    tcp.send(framed.substr(1));
    EXPECT_TRUE(tcp.receive(size).ends_with(localhost_record));

    EXPECT_EQ(server.queries("a.example", DnsType::a), 3U);
    EXPECT_EQ(server.queries_over_tcp("a.example", DnsType::a), 2U);
    EXPECT_EQ(server.queries_in_total(), 3U);
}

TEST_F(DnsServerReplies, lies_differ_from_the_truth_in_one_place)
{
    server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}});
    const auto truth = client.ask(query());
    const auto lie = [&](DnsReply reply) {
        server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}, .reply = reply});
        return client.ask(query());
    };
    const auto other = "\x05other\x07invalid\x00"s;

    EXPECT_EQ(lie(DnsReply::wrong_id), "\x47\x61" + truth.substr(2));
    EXPECT_EQ(lie(DnsReply::wrong_question),
              truth.substr(0, 12) + other + truth.substr(12 + question_size - 4));
    EXPECT_EQ(lie(DnsReply::wrong_owner),
              truth.substr(0, 12 + question_size) + other + localhost_record.substr(2));
    EXPECT_EQ(answers(lie(DnsReply::loop)).substr(0, 2),
              "\xc0" + std::string(1, static_cast<char>(12 + question_size)));
    EXPECT_EQ(lie(DnsReply::garbage), truth.substr(0, 12) + std::string(40, '\xff'));
}

TEST_F(DnsServerReplies, what_is_not_a_query_is_ignored)
{
    client.send("not a query");
    client.send("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3f"s);
    EXPECT_EQ(outline(client.ask(query())), nxdomain);
    EXPECT_EQ(server.queries_in_total(), 1U);
}

TEST(DnsServer, destruction_does_not_wait_for_answers)
{
    const auto start = Clock::now();
    {
        DnsServer server;
        server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}, .delay = 1h});
        DatagramClient client{server.port()};
        client.send(query());
    }
    EXPECT_LT(Clock::now() - start, 5s);
}

}  // namespace

}  // namespace pivot::test
