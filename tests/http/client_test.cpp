#include "http/client.hpp"

#include "peers/http_peer.hpp"
#include "reactor/run_until.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::HttpPeer;
using test::run_until;
using test::run_until_idle;
using test::second_ns;

// A GET.
class Get final : public Request {
public:
    Get(const std::string& url, const DestinationRules& rules)
        : destination_(*Url::parse(url), rules)
    {
    }

    const Destination& destination() const override { return destination_; }
    void append_to(std::string& message) const override
    {
        append_head(message, "GET", destination_, {}, {}, 0);
    }

private:
    const Destination destination_;
};

// What came of a request, as its caller keeps it.
struct Asked {
    Progress progress;
    Result<LentResponse> response = fail(Reason::cancelled, Phase::queue, "not asked");
};

class ClientTest : public testing::Test {
protected:
    ClientTest() : reactor_(test::open_reactor(opened_))
    {
        EXPECT_TRUE(policy_.allow("127.0.0.0/8"));
        resolver_ = open_part(net::Resolver::open(reactor_, {}));
        tls_ = open_part(net::TlsContext::open(net::TlsConfig()));
        rules_.tls = tls_.get();
        client_ = std::make_unique<Client>(reactor_, *resolver_, sources_, config_);
    }
    ~ClientTest() override
    {
        client_->close();
        resolver_->close();
        run_until_idle(reactor_);
    }

    Asked ask(const std::string& url)
    {
        Asked asked;
        const Get request(url, rules_);
        Deadline deadline(reactor_, never);
        Scope scope(reactor_);
        scope.spawn(run(request, asked, deadline));
        run_until(reactor_, [&] { return scope.running() == 0; });
        return asked;
    }

private:
    template <typename Part>
    static Part open_part(tl::expected<Part, std::string> opened)
    {
        if (!opened) throw std::runtime_error(opened.error());
        return std::move(*opened);
    }

    Task<> run(const Request& request, Asked& asked, Deadline& deadline)
    {
        asked.response = co_await client_->ask(request, asked.progress, deadline);
    }

    std::unique_ptr<Reactor> opened_;
    Reactor& reactor_;
    net::AddressPolicy policy_;
    DestinationRules rules_{policy_};
    net::SourceAddresses sources_;
    ClientConfig config_;
    std::unique_ptr<net::Resolver> resolver_;
    std::shared_ptr<net::TlsContext> tls_;
    std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, a_response_stays_as_it_is_while_others_are_read)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "text/plain", exchange.request.target);
    });
    const Asked first = ask(peer.url("/first"));
    const Asked second = ask(peer.url("/second"));
    ASSERT_TRUE(first.response && second.response);
    EXPECT_EQ((*first.response)->body, "/first");
    EXPECT_EQ((*second.response)->body, "/second");
    EXPECT_EQ(first.progress.response, &**first.response);
    EXPECT_TRUE(second.progress.was_reused);
}

TEST_F(ClientTest, a_response_that_was_given_back_lends_its_memory_to_the_next)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) { exchange.reply(200, "text/plain", "body"); });
    const Response* first = ask(peer.url("/")).progress.response;
    const Asked next = ask(peer.url("/"));
    EXPECT_EQ(next.progress.response, first);
    EXPECT_EQ(next.progress.response->body, "body");
}

TEST_F(ClientTest, what_came_of_a_response_that_failed_stays_with_its_progress)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        exchange.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhalf");
        exchange.close();
    });
    const Asked first = ask(peer.url("/"));
    const Asked second = ask(peer.url("/"));
    ASSERT_FALSE(first.response || second.response);
    EXPECT_EQ(first.response.error().reason, Reason::closed);
    ASSERT_NE(first.progress.response, nullptr);
    EXPECT_EQ(first.progress.status, 200);
    EXPECT_EQ(first.progress.response->content_type, "text/plain");
    EXPECT_EQ(first.progress.response->body, "half");
    EXPECT_NE(first.progress.response, second.progress.response);
}

TEST_F(ClientTest, a_failure_is_its_callers_own)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        exchange.send(exchange.request.target == "/first" ? "HTTP/1.1 99 No\r\n\r\n" : "none");
        exchange.close();
    });
    const Asked first = ask(peer.url("/first"));
    const Asked second = ask(peer.url("/second"));
    const Asked refused = ask("http://10.0.0.1/");
    ASSERT_FALSE(first.response || second.response || refused.response);
    EXPECT_EQ(first.response.error().reason, Reason::protocol);
    EXPECT_NE(first.response.error().message, second.response.error().message);
    EXPECT_EQ(refused.response.error().reason, Reason::blocked);
}

}  // namespace
}  // namespace pivot::http
