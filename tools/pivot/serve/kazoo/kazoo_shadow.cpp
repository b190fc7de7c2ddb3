#include "pivot/serve/kazoo/kazoo_shadow.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/pass_on.hpp"
#include "pivot/serve/kazoo/shadow_trial.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

namespace kazoo = switches::kazoo;
using Kind = ShadowVerdict::Kind;

kazoo::AmqpLinkSettings link_settings(const KazooSettings& settings)
{
    kazoo::AmqpLinkSettings made = settings.link();
    made.watches = true;
    return made;
}

// One log line each for the 1st, 10th, 100th and so on, however many requests are alike.
bool is_power_of_ten(std::uint64_t count)
{
    while (count >= 10 && count % 10 == 0) count /= 10;
    return count == 1;
}

}  // namespace

tl::expected<std::unique_ptr<KazooShadow>, std::string> KazooShadow::open(
    KazooSettings settings, const EngineConfig& config, Log& log)
{
    auto engine = Engine::create(shadow_config(config));
    if (!engine) return pass_on(engine);
    return std::unique_ptr<KazooShadow>(
        new KazooShadow(std::move(settings), config, std::move(*engine), log));
}

KazooShadow::KazooShadow(KazooSettings settings, const EngineConfig& config,
                         std::unique_ptr<Engine> engine, Log& log)
    : settings_(std::move(settings)),
      name_("kazoo-" + settings_.name),
      config_(config),
      log_(log),
      since_unix_ms_(unix_now_ms()),
      engine_(std::move(engine)),
      bus_(name_, link_settings(settings_), log)
{
}

std::string KazooShadow::description() const
{
    const std::string_view how =
        settings_.shadow == Shadow::ask ? "watches, and asks about," : "watches";
    return fmt::format("{} KAZOO's requests at {}, and answers none", how, settings_.places());
}

void KazooShadow::start()
{
    bus_.start(nullptr, [this](reactor::Reactor& reactor) { return make_desk(reactor); });
}

// Does not wait for requests that are being judged.
void KazooShadow::stop()
{
    bus_.post([this] { desk_->stop(); });
    bus_.stop();
}

BusThread::Desk KazooShadow::make_desk(reactor::Reactor& reactor)
{
    const auto tell = [this](const ShadowedCall& call, const ShadowVerdict& verdict) {
        note(call, verdict);
    };
    auto trial =
        ShadowTrial::open(reactor, *engine_, config_, settings_.shadow == Shadow::ask, tell);
    if (!trial) return pass_on(trial);
    trial_ = trial->get();
    auto desk = std::make_unique<kazoo::ShadowDesk>(reactor, std::move(*trial),
                                                    engine_->action_limits().timeout_max);
    desk_ = desk.get();
    return desk;
}

// Listeners and command-line overrides stay as they were.
void KazooShadow::reload(EngineConfig config)
{
    config.own_listeners = config_.own_listeners;
    config.typed = config_.typed;
    const auto reloaded = engine_->reload(shadow_config(config));
    if (!reloaded) {
        log_.write(LogLevel::error, "",
                   fmt::format("{}: requests are judged by the previous settings: {}", name_,
                               reloaded.error()));
        return;
    }
    bus_.post([this, config] {
        trial_->reload(config);
        list_.clear();
        since_unix_ms_ = unix_now_ms();
    });
}

// On the thread of the bus.
void KazooShadow::note(const ShadowedCall& call, const ShadowVerdict& verdict)
{
    const std::uint64_t count = list_.add(call, verdict);
    if (verdict.kind == Kind::ok || !is_power_of_ten(count)) return;
    const bool is_refused = verdict.kind == Kind::refused;
    log_.write(is_refused ? LogLevel::warning : LogLevel::info, call.id,
               fmt::format("{}: {}, {} request{}: account {}, {}: {}: {}", name_,
                           is_refused ? "would be refused" : pivot::tools::name(verdict.kind),
                           count, count == 1 ? "" : "s", call.account_id,
                           ShadowList::place_of(call), verdict.reason, verdict.why));
}

void KazooShadow::add_metrics(std::vector<FrontMetric>& metrics) const
{
    const std::string labels = fmt::format("switch=\"{}\"", name_);
    metrics.push_back({"pivot_kazoo_shadow_up", "1 if requests can be watched",
                       FrontMetric::Type::gauge, labels, bus_.obstacle().empty() ? 1U : 0U});
    list_.add_metrics(labels, metrics);
}

std::string KazooShadow::to_json() const
{
    const std::string obstacle = bus_.obstacle();
    std::string json = R"({"name":)";
    json::append_quoted(json, name_);
    json += fmt::format(R"(,"mode":"{}","since_unix_ms":{},"ready":{})",
                        settings_.shadow == Shadow::ask ? "ask" : "check", since_unix_ms_.load(),
                        obstacle.empty());
    if (!obstacle.empty()) {
        json += R"(,"message":)";
        json::append_quoted(json, obstacle);
    }
    return fmt::format("{},{}}}", json, list_.to_json());
}

}  // namespace pivot::tools
