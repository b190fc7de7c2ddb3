#include "media/speech_server.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/pass_on.hpp"
#include "http/client.hpp"
#include "http/destination.hpp"
#include "http/request.hpp"
#include "net/address_policy.hpp"

#include <cassert>
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::media {

namespace {

using reactor::Deadline;
using reactor::Task;

class Message final : public http::Request {
public:
    Message(const http::Destination& destination, const std::string& body)
        : destination_(destination), body_(body)
    {
    }

    const http::Destination& destination() const override { return destination_; }
    void append_to(std::string& message) const override
    {
        http::append_head(message, "POST", destination_, {}, "application/json", body_.size());
        message += body_;
    }

private:
    const http::Destination& destination_;
    const std::string& body_;
};

http::Destination destination_of(http::Url url, const net::AddressPolicy& policy,
                                 exchange::Accounts& accounts)
{
    const exchange::Settings& settings = accounts.settings();
    http::DestinationRules rules{.policy = policy, .tls = &accounts.tls()};
    rules.partition = settings.rules_of(settings.other_accounts(), accounts.tls()).partition;
    rules.partition += " for speech";
    rules.origin = url.origin();
    rules.headers = {"Accept: audio/*", "Accept-Encoding: identity"};
    for (const auto& [name, value] : settings.config().media.speech_headers) {
        rules.add_headers({fmt::format("{}: {}", name, value)});
    }
    return {std::move(url), rules};
}

Task<Result<Fetched>> ask(exchange::Exchanges& exchanges, const std::string& json, Deadline& whole)
{
    const std::shared_ptr<exchange::Accounts> accounts = exchanges.accounts;
    const EngineConfig::Media& settings = accounts->settings().config().media;
    auto url = http::Url::parse(settings.speech_url);
    assert(url);  // Settings::make() has read it
    net::AddressPolicy policy;
    policy.allow_typed(url->host, url->port);
    const http::Destination destination = destination_of(std::move(*url), policy, *accounts);
    const Message message(destination, json);
    http::Demands demands;
    demands.body_bytes_max = settings.bytes_max;
    demands.keeps_headers = true;
    http::Progress progress;
    progress.demands = &demands;
    progress.started = exchanges.reactor.now();
    const auto ns_max = std::chrono::nanoseconds(settings.speech_timeout).count();
    Deadline deadline(whole, exchanges.reactor.now() + ns_max);
    auto response = co_await exchanges.client->ask(message, progress, deadline);
    const bool is_late = deadline.has_expired() && !whole.has_expired();
    if (!response && is_late) {
        response.error().message = fmt::format("there is no sound within {} ms (media.speech_ms)",
                                               settings.speech_timeout.count());
    }
    if (!response) co_return pass_on(response);
    if ((*response)->is_gzip) {
        co_return fail(Reason::protocol, Phase::read, "Content-Encoding gzip was not requested");
    }
    auto fetched = to_fetched(**response, destination.url, unix_now_ms() / 1'000);
    if (fetched && fetched->is_unchanged) {
        co_return fail(Reason::status, Phase::read, "the server answered 304 to a POST");
    }
    if (!fetched) co_return fetched;
    fetched->freshness = Freshness();
    fetched->freshness.lifetime = forever;
    co_return fetched;
}

}  // namespace

std::string to_json(const Speech& speech)
{
    const std::pair<std::string_view, std::string_view> members[] = {
        {"text", speech.text.bytes()},
        {"ssml", speech.ssml.bytes()},
        {"voice", speech.voice.text()},
        {"language", speech.language.text()},
        {"engine", speech.engine.text()}};
    std::string json;
    for (const auto& [name, value] : members) {
        json += json.empty() ? '{' : ',';
        json::append_quoted(json, name);
        json += ':';
        json::append_quoted(json, value);
    }
    return json + '}';
}

Task<Result<Fetched>> ask_speech_server(exchange::Exchanges& exchanges, const std::string& json,
                                        Deadline& whole)
{
    auto fetched = co_await ask(exchanges, json, whole);
    if (!fetched) fetched.error().message.insert(0, "media.speech_url: ");
    co_return fetched;
}

}  // namespace pivot::media
