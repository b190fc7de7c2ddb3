// Redirects: the next request, its destination, and the limit.
#include "engine/engine_fixture.hpp"

#include <future>

namespace pivot::test {
namespace {

constexpr auto post = R"(,"method":"post")";

// Redirects every request but those to /end.
HttpPeer::Handler redirect(int status, std::string_view location)
{
    return [status, location = std::string(location)](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/end"))
            exchange.reply(200, "application/json", hello);
        else
            exchange.reply(status, "text/plain", "", "Location: " + location + "\r\n");
    };
}

TEST(Redirect, of_a_get_is_followed)
{
    for (const int status : {301, 302, 303, 307, 308}) {
        HttpPeer peer{redirect(status, "/end")};
        Pivots pivots;
        const auto outcome = pivots.run(node(peer.url("/start")));
        EXPECT_TRUE(is_processed(outcome)) << status;
        EXPECT_EQ(outcome.exchange->redirects, 1);
        EXPECT_EQ(outcome.exchange->status, 200);
        EXPECT_TRUE(outcome.exchange->url.starts_with(peer.url("/start?")));
        EXPECT_EQ(outcome.exchange->final_url, peer.url("/end"));
        EXPECT_EQ(peer.requests().at(1).method, "GET");
        EXPECT_EQ(peer.requests().at(1).target, "/end") << "parameters are not added again";
    }
}

TEST(Redirect, that_leads_to_silence_is_what_the_outcome_tells_of)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (!exchange.request.target.starts_with("/silent"))
            exchange.reply(302, "text/plain", "", "Location: /silent\r\n");
    }};
    Pivots pivots;
    const auto outcome = pivots.run(node(peer.url("/start"), brief));
    EXPECT_TRUE(has_failed(outcome, Reason::timeout, Phase::wait));
    EXPECT_EQ(outcome.exchange->status, 302);
    EXPECT_EQ(outcome.exchange->content_type, "text/plain");
    EXPECT_EQ(outcome.exchange->final_url, peer.url("/silent"));
}

TEST(Redirect, of_a_post_becomes_a_get)
{
    for (const int status : {301, 302, 303}) {
        HttpPeer peer{redirect(status, "/end")};
        Pivots pivots;
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/start"), post)))) << status;
        const auto second = peer.requests().at(1);
        EXPECT_EQ(second.method, "GET");
        EXPECT_EQ(second.target, "/end");
        EXPECT_EQ(second.body, "");
        EXPECT_EQ(second.header("content-type"), "");
        EXPECT_EQ(second.header("content-length"), "");
    }
}

TEST(Redirect, by_307_and_308_keeps_method_and_body)
{
    for (const int status : {307, 308}) {
        HttpPeer peer{redirect(status, "/end?x=1")};
        Pivots pivots;
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/start"), post)))) << status;
        const auto requests = peer.requests();
        EXPECT_EQ(requests.at(1).method, "POST");
        EXPECT_EQ(requests.at(1).target, "/end?x=1");
        EXPECT_EQ(requests.at(1).body, requests.at(0).body);
        EXPECT_EQ(requests.at(1).header("content-type"), requests.at(0).header("content-type"));
        EXPECT_FALSE(requests.at(1).body.empty());
    }
}

TEST(Redirect, may_be_relative)
{
    const std::pair<const char*, const char*> cases[] = {{"end", "/a/end"},
                                                         {"../end", "/end"},
                                                         {"/end", "/end"},
                                                         {"./end", "/a/end"},
                                                         {"?end=1", "/a/start?end=1"},
                                                         {"/b/../end", "/end"},
                                                         {"end?x=%20", "/a/end?x=%20"}};
    for (const auto& [location, target] : cases) {
        HttpPeer peer{[&, location = location](HttpPeer::Exchange& exchange) {
            if (exchange.request.target.find("end") != std::string::npos)
                exchange.reply(200, "application/json", hello);
            else
                exchange.reply(302, "", "", "Location: " + std::string(location) + "\r\n");
        }};
        Pivots pivots;
        const auto outcome = pivots.run(node(peer.url("/a/start")));
        EXPECT_TRUE(is_processed(outcome)) << location;
        EXPECT_EQ(peer.requests().at(1).target, target) << location;
        EXPECT_EQ(outcome.exchange->final_url, peer.url(target)) << location;
    }
}

TEST(Redirect, may_leave_out_the_scheme)
{
    HttpPeer other{answer()};
    HttpPeer peer{redirect(302, other.url("/end").substr(5))};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_EQ(other.requests().at(0).header("host"), "127.0.0.1:" + std::to_string(other.port()));
}

TEST(Redirect, drops_the_fragment)
{
    HttpPeer peer{redirect(302, "/end#part")};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_EQ(peer.requests().at(1).target, "/end");
}

TEST(Redirect, within_an_origin_keeps_credentials)
{
    HttpPeer peer{redirect(302, "/end")};
    Pivots pivots;
    const auto url = "http://ann:secret@127.0.0.1:" + std::to_string(peer.port()) + "/start";
    const auto outcome = pivots.run(node(url));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(peer.requests().at(1).header("authorization"), "Basic YW5uOnNlY3JldA==");
    EXPECT_EQ(outcome.to_json().find("secret"), std::string::npos);
}

TEST(Redirect, to_another_origin_drops_credentials)
{
    HttpPeer other{answer()};
    HttpPeer peer{redirect(307, other.url("/end"))};
    Pivots pivots;
    const auto url = "http://ann:secret@127.0.0.1:" + std::to_string(peer.port()) + "/start";
    const auto outcome = pivots.run(node(url, post));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(peer.requests().at(0).header("authorization"), "Basic YW5uOnNlY3JldA==");
    EXPECT_EQ(other.requests().at(0).header("authorization"), "");
    EXPECT_EQ(outcome.exchange->final_url, other.url("/end"));
}

TEST(Redirect, there_and_back_does_not_bring_credentials_back)
{
    std::promise<std::string> back;
    HttpPeer other{[url = back.get_future().share()](HttpPeer::Exchange& exchange) {
        exchange.reply(302, "", "", "Location: " + url.get() + "\r\n");
    }};
    HttpPeer peer{redirect(302, other.url("/"))};
    back.set_value(peer.url("/end"));
    Pivots pivots;
    const auto url = "http://ann:secret@127.0.0.1:" + std::to_string(peer.port()) + "/start";
    const auto outcome = pivots.run(node(url));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(outcome.exchange->redirects, 2);
    EXPECT_EQ(peer.requests().at(1).header("authorization"), "");
}

TEST(Redirect, five_times_is_allowed_and_the_sixth_fails)
{
    for (const int count : {5, 6}) {
        HttpPeer peer{[count](HttpPeer::Exchange& exchange) {
            const int step = std::stoi(exchange.request.target.substr(1));
            if (step == count)
                exchange.reply(200, "application/json", hello);
            else
                exchange.reply(302, "", "", "Location: /" + std::to_string(step + 1) + "\r\n");
        }};
        Pivots pivots;
        const auto outcome = pivots.run(node(peer.url("/0")));
        if (count == 5) {
            EXPECT_TRUE(is_processed(outcome));
        } else {
            EXPECT_TRUE(has_failed(outcome, Reason::redirect));
        }
        EXPECT_EQ(outcome.exchange->redirects, 5);
        EXPECT_EQ(peer.requests().size(), 6u);
    }
}

TEST(Redirect, is_not_followed_where_the_operator_allows_none)
{
    auto config = loopback();
    config.http.redirects_max = 0;
    HttpPeer peer{redirect(302, "/end")};
    Pivots pivots{config};
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::redirect));
    EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(Redirect, without_a_location_fails)
{
    EXPECT_TRUE(has_failed(ask(answer("", "", 302)), Reason::redirect));
}

TEST(Redirect, to_what_cannot_be_asked_fails)
{
    for (const auto* location : {"ftp://127.0.0.1/", "file:///etc/passwd", "mailto:ann@example.com",
                                 "http://", "", "http://127.0.0.1:99999/", "javascript:alert(1)"})
        EXPECT_TRUE(has_failed(ask(redirect(302, location)), Reason::redirect)) << location;
}

TEST(Redirect, to_a_private_address_is_blocked)
{
    for (const auto* host : {"10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
                             "[::ffff:10.0.0.1]", "[fe80::1]", "[fd00::1]"}) {
        const auto outcome = ask(redirect(302, "http://" + std::string(host) + "/end"));
        EXPECT_TRUE(has_failed(outcome, Reason::blocked)) << host;
        EXPECT_EQ(outcome.exchange->redirects, 1) << host;
    }
}

TEST(Redirect, reads_the_body_so_that_the_connection_is_kept)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target == "/end")
            exchange.reply(200, "application/json", hello);
        else
            exchange.reply(302, "text/html", "<a href='/end'>moved</a>", "Location: /end\r\n");
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_EQ(peer.connections_accepted(), 1u);
}

}  // namespace
}  // namespace pivot::test
