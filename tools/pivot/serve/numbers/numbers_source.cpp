#include "pivot/serve/numbers/numbers_source.hpp"

#include "base/pass_on.hpp"
#include "exchange/account.hpp"
#include "exchange/redaction.hpp"
#include "http/request.hpp"
#include "http/status.hpp"
#include "http/url.hpp"
#include "pivot/input.hpp"
#include "reactor/errand.hpp"
#include "reactor/scope.hpp"
#include "reactor/thread.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using reactor::Deadline;
using reactor::Task;

// How soon it tries again while there are no numbers at all.
constexpr std::chrono::seconds hurried{5};

constexpr reactor::ReactorConfig small_reactor = {
    .ring = {.requests = 64, .descriptors = 64, .is_polled = false},
    .buffers = {.count = 64, .size_bytes = 16'384}};

constexpr http::ClientConfig client_config = {
    .pool = {.idle_max = 0, .idle_per_origin_max = 0, .idle_ns_max = second_ns}, .response = {}};

class Message final : public http::Request {
public:
    Message(const http::Destination& destination, const std::string& tag)
        : destination_(destination), tag_(tag)
    {
    }

    const http::Destination& destination() const override { return destination_; }
    void append_to(std::string& message) const override
    {
        const std::string condition =
            tag_.empty() ? "" : fmt::format("If-None-Match: {}\r\n", tag_);
        http::append_head(message, "GET", destination_, {}, "", 0, condition);
    }

private:
    const http::Destination& destination_;
    const std::string& tag_;
};

struct Fetched {
    int status = 0;
    std::string text;
    std::string tag;
};

}  // namespace

// The thread's own part.
class NumbersSource::Fetcher {
public:
    Fetcher(NumbersSource& owner, reactor::Reactor& reactor,
            std::unique_ptr<net::Resolver> resolver, std::shared_ptr<net::TlsContext> tls,
            http::Url url)
        : owner_(owner),
          reactor_(reactor),
          resolver_(std::move(resolver)),
          tls_(std::move(tls)),
          client_(reactor, *resolver_, sources_, client_config),
          life_(reactor, never)
    {
        policy_.allow_typed(url.host, url.port);
        http::DestinationRules rules{.policy = policy_, .tls = tls_.get()};
        rules.origin = url.origin();
        rules.headers = {"Accept: text/csv, text/plain", "Accept-Encoding: identity"};
        destination_.emplace(std::move(url), rules);
    }

    void work()
    {
        reactor::Scope scope(reactor_);
        scope.spawn(run());
        while (scope.running() > 0) reactor_.turn(never);
        client_.close();
        resolver_->close();
        while (!reactor_.is_idle()) reactor_.turn(never);
    }

    reactor::Reactor& reactor() const { return reactor_; }
    reactor::FramePool& frames() const { return reactor_.frames(); }

    void fetch_now()
    {
        is_due_ = true;
        go_on_.happen();
    }
    void stop() { life_.expire(Reason::cancelled); }

private:
    Task<> run()
    {
        while (!life_.has_expired()) {
            is_due_ = false;
            co_await fetch();
            if (!std::exchange(was_tried_, true)) owner_.was_tried_.count_down();
            if (is_due_) continue;
            Deadline pause(life_, reactor_.now() + pause_ns());
            co_await go_on_.wait(pause);
        }
    }

    Nanoseconds pause_ns() const
    {
        const auto interval = owner_.settings_.interval;
        return std::chrono::nanoseconds(owner_.has_numbers_ ? interval
                                                            : std::min(interval, hurried))
            .count();
    }

    Task<> fetch()
    {
        Deadline deadline(
            life_, reactor_.now() + std::chrono::nanoseconds(NumbersSource::fetch_max).count());
        auto fetched = co_await ask(deadline);
        if (!life_.has_expired()) owner_.note(conclude(fetched));
    }

    Task<Result<Fetched>> ask(Deadline& deadline)
    {
        const Message message(*destination_, tag_);
        http::Demands demands;
        demands.body_bytes_max = NumbersSource::bytes_max;
        demands.keeps_headers = true;
        http::Progress progress;
        progress.demands = &demands;
        progress.started = reactor_.now();
        auto response = co_await client_.ask(message, progress, deadline);
        if (!response) co_return pass_on(response);
        http::Response& answered = **response;
        if (answered.is_gzip) {
            co_return fail(Reason::protocol, Phase::read,
                           "Content-Encoding gzip was not requested");
        }
        Fetched fetched;
        fetched.status = answered.status;
        fetched.text = std::move(answered.body);
        const auto tags = answered.values_of("ETag");
        if (!tags.empty()) fetched.tag = tags.front();
        co_return fetched;
    }

    // Returns what is wrong; empty if nothing is.
    std::string conclude(const Result<Fetched>& fetched)
    {
        if (!fetched) return fetched.error().message;
        const bool was_asked = !tag_.empty();
        if (fetched->status == http::status::not_modified && was_asked) return {};
        if (fetched->status != http::status::ok)
            return fmt::format("the server answers {}", fetched->status);
        if (auto taken = owner_.take(fetched->text); !taken) return std::move(taken.error());
        owner_.keep_copy(fetched->text);
        tag_ = fetched->tag;
        return {};
    }

    NumbersSource& owner_;
    reactor::Reactor& reactor_;
    net::AddressPolicy policy_;
    net::SourceAddresses sources_;
    const std::unique_ptr<net::Resolver> resolver_;
    const std::shared_ptr<net::TlsContext> tls_;
    std::optional<http::Destination> destination_;
    http::Client client_;
    Deadline life_;
    reactor::Event go_on_;
    std::string tag_;  // of the text that was taken last
    bool is_due_ = false;
    bool was_tried_ = false;
};

NumbersSource::NumbersSource(const NumbersSettings& settings, const EngineConfig& engine,
                             std::string copy, Take take, Log& log)
    : settings_(settings),
      engine_(engine),
      copy_(std::move(copy)),
      take_(std::move(take)),
      log_(log)
{
}

NumbersSource::~NumbersSource()
{
    if (!thread_.joinable()) return;
    post([](Fetcher& fetcher) { fetcher.stop(); });
    stop_is_posted_.count_down();
    thread_.join();
}

tl::expected<void, std::string> NumbersSource::start()
{
    take_copy();
    std::string error;
    auto thread = reactor::start_thread("pivot/numbers", [this, &error] { run(error); });
    if (!thread) return tl::unexpected(fmt::format("numbers_url: {}", thread.error()));
    thread_ = std::move(*thread);
    is_open_.wait();
    if (!error.empty()) {
        thread_.join();
        return tl::unexpected(fmt::format("numbers_url: {}", error));
    }
    was_tried_.wait();
    return {};
}

// `error` dies once `is_open_` has been counted down.
void NumbersSource::run(std::string& error)
{
    const auto refuse = [&](std::string why) {
        error = std::move(why);
        is_open_.count_down();
    };
    auto reactor = reactor::Reactor::open(small_reactor);
    if (!reactor) return refuse(std::move(reactor.error()));
    auto url = http::Url::parse(settings_.url);
    if (!url) return refuse(std::move(url.error()));
    auto tls = exchange::open_tls(engine_.tls);
    if (!tls) return refuse(std::move(tls.error()));
    net::DnsConfig dns;
    dns.servers = engine_.dns.servers;
    dns.hosts_file = engine_.dns.hosts_file;
    auto resolver = net::Resolver::open(**reactor, dns);
    if (!resolver) return refuse(std::move(resolver.error()));
    Fetcher fetcher(*this, **reactor, std::move(*resolver), std::move(*tls), std::move(*url));
    fetcher_ = &fetcher;
    is_open_.count_down();
    fetcher.work();
    stop_is_posted_.wait();
}

void NumbersSource::post(void (*work)(Fetcher& fetcher))
{
    reactor::Errand::send(fetcher_->reactor(), [this, work] { work(*fetcher_); });
}

void NumbersSource::fetch_now()
{
    post([](Fetcher& fetcher) { fetcher.fetch_now(); });
}

std::string NumbersSource::trouble() const
{
    const std::scoped_lock lock(mutex_);
    return trouble_;
}

void NumbersSource::take_copy()
{
    if (copy_.empty() || !std::filesystem::exists(copy_)) return;
    const auto text = read_input(copy_);
    const auto taken = text ? take_(*text) : tl::unexpected(text.error());
    has_numbers_ = taken.has_value();
    log_.write(taken ? LogLevel::info : LogLevel::warning, "",
               taken ? fmt::format("{} numbers from {}, until they are fetched", *taken, copy_)
                     : fmt::format("the copy {} of numbers is not used: {}", copy_, taken.error()));
}

tl::expected<void, std::string> NumbersSource::take(const std::string& text)
{
    const auto taken = take_(text);
    if (!taken) return tl::unexpected(fmt::format("line {}", taken.error()));
    has_numbers_ = true;
    log_.write(LogLevel::info, "",
               fmt::format("{} numbers from {}", *taken, exchange::redact(settings_.url)));
    return {};
}

// Another process finds the whole file, or the previous one.
void NumbersSource::keep_copy(const std::string& text)
{
    if (copy_.empty()) return;
    const std::string next = copy_ + ".next";
    std::ofstream file(next, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(next, copy_, error);
    if (file && !error) return;
    log_.write(LogLevel::warning, "",
               fmt::format("the copy {} of numbers cannot be written, so a restart has none until "
                           "they are fetched",
                           copy_));
}

// Logs a trouble once, and once that it is over.
void NumbersSource::note(std::string trouble)
{
    const std::string url = exchange::redact(settings_.url);
    std::string told;
    if (!trouble.empty()) {
        told = fmt::format("the numbers of {} cannot be taken: {}; {}", url, trouble,
                           has_numbers_ ? "those of before hold" : "there are no earlier ones");
    }
    const std::scoped_lock lock(mutex_);
    const std::string before = std::exchange(trouble_, told);
    if (before == told) return;
    log_.write(told.empty() ? LogLevel::info : LogLevel::error, "",
               told.empty() ? fmt::format("the numbers of {} can be fetched again", url) : told);
}

}  // namespace pivot::tools
