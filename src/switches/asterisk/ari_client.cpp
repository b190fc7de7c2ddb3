#include "switches/asterisk/ari_client.hpp"

#include "base/base64.hpp"
#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "http/request.hpp"
#include "http/url.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

using reactor::Deadline;
using reactor::Task;

constexpr http::ClientConfig client_config = {
    .pool = {.idle_max = 16, .idle_per_origin_max = 16, .idle_ns_max = 10 * second_ns},
    .response = {},
    .retries_stale = false};

// The URL is that of all requests, and was read once.
class Message final : public http::Request {
public:
    Message(const AriRequest& request, const http::Destination& destination)
        : request_(request), destination_(destination)
    {
        assert(request.target.find_first_of(" \r\n#") == std::string::npos);
    }

    const http::Destination& destination() const override { return destination_; }

    // A request with a body, or whose method may have one, states its length.
    void append_to(std::string& message) const override
    {
        const std::string& body = request_.body;
        const bool says_empty =
            body.empty() && (request_.method == "POST" || request_.method == "PUT");
        http::append_head_for(destination_.url.target + request_.target, message, request_.method,
                              destination_, body.empty() ? "" : "application/json", body.size(),
                              says_empty ? "Content-Length: 0\r\n" : "");
        message += body;
    }

private:
    const AriRequest& request_;
    const http::Destination& destination_;
};

std::string authorization(const AriConfig& config)
{
    std::string line = "Authorization: Basic ";
    append_base64(line, config.user + ":" + config.password);
    return line;
}

tl::unexpected<std::string> refuse(std::string why)
{
    return tl::unexpected(std::move(why));
}

// Whether it is safe to send a failed request again.
bool can_repeat(std::string_view method, const Failure& failure, const http::Progress& progress)
{
    if (!progress.was_reused || progress.phase == Phase::read) return false;
    if (failure.reason == Reason::connect) return true;  // nothing was sent
    return failure.reason == Reason::closed && method != "POST";
}

}  // namespace

tl::expected<std::unique_ptr<AriClient>, std::string> AriClient::open(reactor::Reactor& reactor,
                                                                      const AriConfig& config)
{
    const auto url = http::Url::parse(config.url);
    if (!url) return tl::unexpected(url.error());
    if (!url->authorization.empty()) {
        return refuse("the URL has credentials: user and password have settings of their own");
    }
    if (url->target.find('?') != std::string::npos) {
        return refuse("the URL has a query: write it up to the path in front of /ari");
    }
    std::shared_ptr<net::TlsContext> tls;
    if (url->scheme == http::Scheme::https) {
        auto opened = net::TlsContext::open(config.tls);
        if (!opened) return pass_on(opened);
        tls = std::move(*opened);
    }
    auto resolver = net::Resolver::open(reactor, config.dns);
    if (!resolver) return pass_on(resolver);

    std::string base(trim(url->to_text(), "/"));
    std::unique_ptr<AriClient> client(
        new AriClient(reactor, std::move(base), std::move(*resolver), std::move(tls)));
    client->policy_.allow_typed(url->host, url->port);
    client->rules_.origin = url->origin();
    client->rules_.headers = {authorization(config), "Accept-Encoding: identity"};
    auto commands = http::Url::parse(client->base_ + "/ari/");
    if (!commands) return pass_on(commands);
    client->commands_.emplace(std::move(*commands), client->rules_);
    return client;
}

AriClient::AriClient(reactor::Reactor& reactor, std::string base,
                     std::unique_ptr<net::Resolver> resolver, std::shared_ptr<net::TlsContext> tls)
    : reactor_(reactor),
      base_(std::move(base)),
      resolver_(std::move(resolver)),
      tls_(std::move(tls)),
      rules_{.policy = policy_, .tls = tls_.get()},
      opener_(*resolver_, sources_),
      client_(reactor, *resolver_, sources_, client_config)
{
}

tl::expected<http::Destination, std::string> AriClient::destination(std::string_view target) const
{
    auto url = http::Url::parse(fmt::format("{}/ari/{}", base_, target));
    if (!url) return pass_on(url);
    return tl::expected<http::Destination, std::string>(tl::in_place, std::move(*url), rules_);
}

Task<Result<AriAnswer>> AriClient::ask(const AriRequest& request, Deadline& deadline)
{
    UnderWay under_way(deadline);
    under_way_.push_back(under_way);
    if (is_closed_) under_way.deadline.expire(Reason::cancelled);
    const bool has_seat = co_await seats_.take(under_way.deadline);
    if (!has_seat) co_return tl::unexpected(under_way.deadline.failure(Phase::queue));
    auto answer = co_await ask_in_turn(request, under_way.deadline);
    seats_.leave();
    if (is_closed_) client_.close();
    co_return answer;
}

Task<Result<AriAnswer>> AriClient::ask_in_turn(const AriRequest& request, Deadline& deadline)
{
    bool may_repeat = false;
    auto answer = co_await ask_now(request, may_repeat, deadline);
    if (!may_repeat) co_return answer;
    client_.close();  // other kept connections are as old
    co_return co_await ask_now(request, may_repeat, deadline);
}

Task<Result<AriAnswer>> AriClient::ask_now(const AriRequest& request, bool& may_repeat,
                                           Deadline& deadline)
{
    const Message message(request, *commands_);
    http::Demands demands;
    demands.body_bytes_max = request.body_bytes_max;
    http::Progress progress;
    progress.demands = &demands;
    progress.started = reactor_.now();
    auto response = co_await client_.ask(message, progress, deadline);
    may_repeat = !response && can_repeat(request.method, response.error(), progress);
    if (!response) co_return pass_on(response);
    http::Response& answered = **response;
    if (answered.is_gzip) {
        co_return fail(Reason::protocol, Phase::read, "Content-Encoding gzip was not requested");
    }
    AriAnswer answer;
    answer.status = answered.status;
    answer.body = std::move(answered.body);
    co_return answer;
}

void AriClient::close()
{
    is_closed_ = true;
    while (!under_way_.empty()) {
        UnderWay& first = under_way_.front();
        first.unlink();
        first.deadline.expire(Reason::cancelled);
    }
    client_.close();
    resolver_->close();
}

}  // namespace pivot::switches::asterisk
