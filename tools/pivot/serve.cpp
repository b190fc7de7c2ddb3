#include "pivot/serve.hpp"

#include "base/clock.hpp"
#include "base/harmless.hpp"
#include "base/pass_on.hpp"
#include "pivot/output.hpp"
#include "pivot/serve/admin/admin.hpp"
#include "pivot/serve/admin/admin_pages.hpp"
#include "pivot/serve/api/api.hpp"
#include "pivot/serve/asterisk/asterisk_front.hpp"
#include "pivot/serve/asterisk/asterisk_trial.hpp"
#include "pivot/serve/calls/call_history.hpp"
#include "pivot/serve/calls/call_ledger.hpp"
#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/call_control.hpp"
#include "pivot/serve/kazoo/kazoo_front.hpp"
#include "pivot/serve/kazoo/kazoo_shadow.hpp"
#include "pivot/serve/numbers/numbers_source.hpp"
#include "pivot/serve/recordings/local_links.hpp"
#include "pivot/serve/recordings/recording_purge.hpp"
#include "pivot/serve/scripted/scripted_front.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/service/service_manager.hpp"
#include "pivot/serve/service/signals.hpp"
#include "pivot/serve/service/standing.hpp"
#include "pivot/serve/settings/cache_folder.hpp"
#include "pivot/serve/settings/certificates.hpp"
#include "pivot/serve/settings/dry_run.hpp"

#include <pivot/pivot.h>
#include <pivot/sinks.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot serve";

constexpr Nanoseconds status_interval_ns = 5 * second_ns;
constexpr Nanoseconds certificate_interval_ns = 24 * 3'600 * second_ns;

// How often the watchdog asks within its time limit whether all threads work. A thread that is busy
// for long still answers one of the questions.
constexpr int watchdog_beats = 4;

// How long a stop may take beyond the time for calls.
constexpr std::chrono::seconds stop_margin{30};

// Writes the engine's messages into the log.
class EngineLog final : public Sinks {
public:
    EngineLog(Log& log, CallHistory& history) : log_(log), history_(history) {}

    void log(LogLevel level, std::string_view call_id, std::string_view line) override
    {
        log_.write(level, call_id, line);
        if (level == LogLevel::debug) {
            history_.note_mistake(call_id, line, unix_now_ms());
        } else {
            history_.note(call_id, level, line, unix_now_ms());
        }
    }

private:
    Log& log_;
    CallHistory& history_;
};

// Everything that runs, from the start to the drain.
class Server {
public:
    Server(const ServeOptions& options, Settings settings, Script script, Signals& signals,
           Log& log)
        : options_(options),
          settings_(std::move(settings)),
          script_(std::move(script)),
          signals_(signals),
          log_(log),
          sinks_(log, history_)
    {
    }

    // Returns the exit status.
    int run()
    {
        if (const auto set_up = this->set_up(); !set_up) {
            say(LogLevel::error, set_up.error());
            return exit_usage;
        }
        begin();
        work();
        drain();
        api_.reset();
        admin_.reset();  // until now it says that no calls are taken
        engine_.reset();
        say(LogLevel::info, "has stopped");
        return exit_good;
    }

private:
    // A file of the store; empty if there is no store.
    std::string stored(const char* name) const
    {
        const std::string& folder = settings_.engine.store.path;
        return folder.empty() ? folder : fmt::format("{}/{}", folder, name);
    }

    // Binds all addresses first, because the engine needs to know them. Errors are sentences.
    using Done = tl::expected<void, std::string>;
    Done set_up()
    {
        AsteriskDoors for_asterisk;
        if (auto bound = bind(for_asterisk); !bound) return bound;
        settings_.engine.sinks = &sinks_;
        const std::string warning = complete_links(settings_);
        if (!warning.empty()) say(LogLevel::warning, warning);
        const std::string note = prepare_cache(settings_.engine.media.path);
        if (!note.empty()) say(LogLevel::info, note);
        auto engine = Engine::create(settings_.engine);
        if (!engine) return pass_on(engine);
        engine_ = std::move(*engine);
        if (auto opened = open_ledger(); !opened) return opened;
        if (auto started = start_purge(); !started) return started;
        reception_ =
            std::make_unique<Reception>(*engine_, log_, history_, ledger_.get(), settings_);
        make_numbers();
        make_fronts(std::move(for_asterisk));
        if (auto opened = open_shadows(); !opened) return opened;
        control_ = std::make_unique<CallControl>(*reception_, fronts_);
        pages_ = std::make_unique<AdminPages>(
            *engine_, *reception_, *control_, numbers_.get(), fronts_, shadows_, standing_,
            certificates_, CallPages(history_, stored("calls")),
            DebugPages(history_, stored("debug")), [this](bool drains) { order_drain(drains); });
        if (auto started = admin_->start(*pages_); !started) return started;
        if (numbers_) {
            if (auto started = numbers_->start(); !started) return started;
        }
        kazoo_pages_ = std::make_unique<KazooDebugPages>(stored("debug"), bus_node_name());
        return api_->start(*reception_, *control_, standing_, *kazoo_pages_);
    }

    Done bind(AsteriskDoors& for_asterisk)
    {
        auto admin = Admin::open(settings_.admin, log_);
        if (!admin) return pass_on(admin);
        admin_ = std::move(*admin);
        auto api = Api::open(settings_.api, log_);
        if (!api) return pass_on(api);
        api_ = std::move(*api);
        local_links_.emplace(api_->own_listeners(), settings_.api.tls.is_there());
        if (settings_.asterisk) {
            auto opened = open_doors(*settings_.asterisk, settings_.engine.media.path, log_);
            if (!opened) return pass_on(opened);
            for_asterisk = std::move(*opened);
        }
        std::vector<std::string>& own = settings_.engine.own_listeners;
        own = admin_->own_listeners();
        std::ranges::move(for_asterisk.own_listeners(), std::back_inserter(own));
        std::ranges::move(api_->own_listeners(), std::back_inserter(own));
        if (settings_.asterisk && !settings_.asterisk->url.empty()) {
            own.push_back(address_of(*settings_.asterisk));
        }
        return {};
    }

    // Returns a warning, or nothing. Without Asterisk's HTTP server nothing can be recorded.
    std::string complete_links(Settings& settings) const
    {
        if (settings.asterisk && settings.asterisk->url.empty()) return {};
        return local_links_->complete(settings.engine);
    }

    void make_fronts(AsteriskDoors for_asterisk)
    {
        if (settings_.scripted) {
            fronts_.push_back(std::make_unique<ScriptedFront>(*settings_.scripted,
                                                              std::move(script_), *reception_));
        }
        if (settings_.asterisk) {
            fronts_.push_back(
                std::make_unique<AsteriskFront>(*settings_.asterisk, std::move(for_asterisk),
                                                settings_.engine.media.path, *reception_));
        }
        for (const KazooSettings& kazoo : settings_.kazoo) {
            if (kazoo.shadow != Shadow::off) continue;
            fronts_.push_back(
                std::make_unique<KazooFront>(kazoo, settings_.engine.session.apology, *reception_));
        }
    }

    Done open_shadows()
    {
        for (const KazooSettings& kazoo : settings_.kazoo) {
            if (kazoo.shadow == Shadow::off) continue;
            auto opened = KazooShadow::open(kazoo, settings_.engine, log_);
            if (!opened) return pass_on(opened);
            shadows_.push_back(std::move(*opened));
        }
        return {};
    }

    Done start_purge()
    {
        const std::string& folder = settings_.engine.media.path;
        if (folder.empty() || settings_.recordings_kept.count() == 0) return {};
        purge_ = std::make_unique<RecordingPurge>(folder + "/recordings", settings_.recordings_kept,
                                                  log_);
        return purge_->start();
    }

    void make_numbers()
    {
        if (settings_.numbers.url.empty()) return;
        const auto take = [this](const std::string& text) {
            return reception_->take_numbers(text);
        };
        numbers_ = std::make_unique<NumbersSource>(settings_.numbers, settings_.engine,
                                                   stored("numbers"), take, log_);
    }

    Done open_ledger()
    {
        LedgerSettings kept;
        kept.path = stored("calls");
        kept.keep = settings_.calls_kept;
        if (kept.path.empty()) return {};
        auto ledger = CallLedger::open(kept, log_);
        if (!ledger) return pass_on(ledger);
        ledger_ = std::move(*ledger);
        return {};
    }

    void say(LogLevel level, std::string_view text) { log_.write(level, "", text); }

    void begin()
    {
        std::vector<std::string> sources;
        for (const auto& front : fronts_) sources.push_back(front->description());
        if (!settings_.api.listen.empty()) sources.emplace_back("the API");
        for (const auto& shadow : shadows_) sources.push_back(shadow->description());
        const bool has_calls = !sources.empty();
        if (sources.empty()) sources.emplace_back("no front end, so no calls will come");
        const unsigned reactors = settings_.engine.reactors;
        const std::string& action = settings_.default_action;
        say(has_calls ? LogLevel::info : LogLevel::warning,
            fmt::format("pivot {} serves: {}; {} reactor{}; {}", pivot_version(),
                        fmt::join(sources, ", "), reactors, reactors == 1 ? "" : "s",
                        action.empty() ? "no default action" : "default action " + action));
        admin_->announce();
        api_->announce();
        for (const auto& front : fronts_) front->start();
        for (const auto& shadow : shadows_) shadow->start();
        tell_manager("READY=1");
    }

    // What `systemctl status` shows: `120 calls; asterisk ok`.
    void tell_manager(std::string_view assignments)
    {
        if (!manager_.is_there()) return;
        std::string status = fmt::format("{} calls", engine_->calls_in_flight());
        if (standing_.is_draining) status += "; draining";
        for (const auto& front : fronts_) {
            const std::string obstacle = front->obstacle();
            status +=
                fmt::format("; {} {}", front->name(), obstacle.empty() ? "ok" : harmless(obstacle));
        }
        manager_.tell(fmt::format("{}\nSTATUS={}", assignments, status));
    }

    // Waits for a signal, or until it is time to report to the service manager or to check the
    // certificates.
    int wait()
    {
        const Nanoseconds status =
            manager_.is_there() ? monotonic_now() + status_interval_ns : never;
        const auto until = std::min({status, next_watch_, next_look_});
        const auto left = std::max<Nanoseconds>(until - monotonic_now(), 0);
        const int signal =
            signals_.wait(until == never ? -1 : static_cast<int>(left / millisecond_ns + 1));
        if (monotonic_now() >= next_watch_) watch();
        if (monotonic_now() >= next_look_) look_at_certificates();
        return signal;
    }

    void look_at_certificates()
    {
        certificates_.warn(log_);
        next_look_ = monotonic_now() + certificate_interval_ns;
    }

    // Tells the watchdog that all is well if all threads that calls depend on work. If one is
    // stuck, the watchdog hears nothing and restarts the service.
    void watch()
    {
        next_watch_ = monotonic_now() + watch_interval_ns_;
        std::vector<std::string_view> stuck;
        if (!engine_->is_turning()) stuck.emplace_back("the engine");
        if (!admin_->is_turning()) stuck.emplace_back("the admin listener");
        if (!api_->is_turning()) stuck.emplace_back("the API");
        for (const auto& front : fronts_) {
            if (!front->is_turning()) stuck.push_back(front->name());
        }
        for (const auto& shadow : shadows_) {
            if (!shadow->is_turning()) stuck.push_back(shadow->name());
        }
        if (stuck.empty()) manager_.tell("WATCHDOG=1");
        if (std::exchange(is_stuck_, !stuck.empty()) || stuck.empty()) return;
        say(LogLevel::error,
            fmt::format("{} did not answer within {} ms: if that goes on, the watchdog of systemd "
                        "restarts the service",
                        fmt::join(stuck, " and "), watch_interval_ns_ / millisecond_ns));
    }

    // Returns at the first signal to stop.
    void work()
    {
        while (true) {
            switch (wait()) {
                case 0: follow_order(); break;
                case SIGHUP:
                    manager_.tell(
                        fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_now() / 1'000));
                    reload();
                    break;
                case SIGUSR1:
                    is_drain_ordered_ = true;
                    refuse_calls();
                    break;
                default: return;
            }
            tell_manager("READY=1");
        }
    }

    void reload()
    {
        auto read = read_settings(options_.sources);
        if (!read) {
            for (const std::string& line : read.error()) refuse_reload(line);
            return;
        }
        complete_links(read->settings);
        const auto checked = reception_->check(read->settings);
        if (!checked) return refuse_reload(checked.error());
        const auto reloaded = engine_->reload(read->settings.engine);
        if (!reloaded) return refuse_reload(reloaded.error());
        settings_ = std::move(read->settings);
        reception_->reload(settings_);
        if (numbers_) numbers_->fetch_now();
        standing_.configured_unix_ns = unix_now_ns();
        standing_.is_configured = true;
        say(LogLevel::info, "the configuration is read again");
        for (const auto& front : fronts_) front->try_now();
        for (const auto& shadow : shadows_) shadow->reload(settings_.engine);
    }

    void refuse_reload(std::string_view why)
    {
        standing_.is_configured = false;
        say(LogLevel::error, fmt::format("the configuration stays as it was: {}", why));
    }

    // Any thread.
    void order_drain(bool is_to_drain)
    {
        is_drain_ordered_ = is_to_drain;
        signals_.wake();
    }

    void follow_order()
    {
        const bool is_to_drain = is_drain_ordered_;
        if (is_to_drain == standing_.is_draining) return;
        is_to_drain ? refuse_calls() : take_calls();
    }

    void take_calls()
    {
        standing_.is_draining = false;
        for (const auto& front : fronts_) front->take_calls();
        say(LogLevel::info, "takes calls again");
    }

    void refuse_calls()
    {
        standing_.is_draining = true;
        for (const auto& front : fronts_) front->refuse_calls();
        say(LogLevel::info,
            fmt::format("takes no more calls: {} in flight", engine_->calls_in_flight()));
    }

    // A thread waits for the calls, while this one waits for a second signal. At first calls may
    // still come, to give balancers time to notice.
    void drain()
    {
        standing_.is_stopping = true;
        const bool was_draining = standing_.is_draining.exchange(true);
        const auto delay = was_draining ? std::chrono::seconds(0) : settings_.drain_delay;
        const auto longest = delay + settings_.drain_timeout;
        tell_manager(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}",
                                 std::chrono::microseconds(longest + stop_margin).count()));
        say(LogLevel::info, fmt::format("stops, after {} s at the latest", longest.count()));
        std::atomic<bool> has_ended = false;
        std::thread ending([this, delay, &has_ended] {
            std::this_thread::sleep_for(delay);
            refuse_calls();
            engine_->stop(settings_.drain_timeout);
            for (const auto& front : fronts_) front->stop();
            for (const auto& shadow : shadows_) shadow->stop();
            has_ended = true;
            signals_.wake();
        });
        while (!has_ended) {
            const int signal = wait();
            if (signal == SIGTERM || signal == SIGINT) stop_at_once();
        }
        ending.join();
    }

    // Bypasses the log, because nobody waits for its reader any more.
    [[noreturn]] static void stop_at_once()
    {
        complain(fmt::format("{}: a second signal: stopping at once", command));
        ::_exit(exit_at_once);
    }

    const ServeOptions& options_;
    Settings settings_;
    Script script_;
    Signals& signals_;
    Log& log_;
    const ServiceManager manager_{std::getenv("NOTIFY_SOCKET")};
    const Nanoseconds watch_interval_ns_ =
        watchdog_ns(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID")) / watchdog_beats;
    const bool is_watched_ = manager_.is_there() && watch_interval_ns_ > 0;
    Nanoseconds next_watch_ = is_watched_ ? 0 : never;
    bool is_stuck_ = false;  // the log has been told
    const Certificates certificates_{settings_};
    Nanoseconds next_look_ = certificates_.empty() ? never : 0;
    CallHistory history_;
    EngineLog sinks_;
    std::unique_ptr<CallLedger> ledger_;     // null if there is no store
    std::unique_ptr<RecordingPurge> purge_;  // null if recordings stay
    std::optional<LocalLinks> local_links_;  // once the API has its addresses
    Standing standing_;
    std::atomic<bool> is_drain_ordered_ = false;
    std::unique_ptr<Reception> reception_;
    std::unique_ptr<NumbersSource> numbers_;  // null if no web server has numbers
    std::vector<std::unique_ptr<Front>> fronts_;
    std::vector<std::unique_ptr<KazooShadow>> shadows_;
    std::unique_ptr<CallControl> control_;
    std::unique_ptr<Engine> engine_;  // destroyed early: until then it calls the members above
    std::unique_ptr<AdminPages> pages_;
    std::unique_ptr<KazooDebugPages> kazoo_pages_;
    std::unique_ptr<Admin> admin_;  // destroyed early: its thread looks at all of them
    std::unique_ptr<Api> api_;      // likewise
};

int check(const Settings& settings, bool is_offline)
{
    if (const auto objection = objection_to(settings.engine); !objection.empty()) {
        return refuse(command, objection);
    }
    AsteriskVerdict verdict;
    if (settings.asterisk && !is_offline) {
        verdict = try_asterisk(*settings.asterisk, settings.engine.media.path);
    }
    if (!verdict.objection.empty()) return refuse(command, verdict.objection);
    if (verdict.doubt.empty()) return print(command, "the configuration is valid\n");
    return print(command, fmt::format("the configuration is valid, but {}\n", verdict.doubt));
}

}  // namespace

int serve(const ServeOptions& options)
{
    auto read = read_settings(options.sources);
    if (!read) {
        for (const std::string& line : read.error()) complain(harmless(line));
        return exit_usage;
    }
    if (options.only_prints) return print(command, read->shown);
    Settings& settings = read->settings;
    auto script = Script::read(settings.scripted ? settings.scripted->script_file : "");
    if (!script) return refuse(command, script.error());
    if (options.only_checks) return check(settings, options.is_offline);
    Signals signals;
    try {
        Log log(settings.log);
        return Server(options, std::move(settings), std::move(*script), signals, log).run();
    } catch (const std::exception& error) {
        complain(harmless(fmt::format("{}: {}", command, error.what())));
        return exit_bad;
    }
}

}  // namespace pivot::tools
