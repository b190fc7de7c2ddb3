#include "pivot/serve.hpp"

#include "base/harmless.hpp"
#include "pivot/output.hpp"
#include "pivot/serve/dry_run.hpp"
#include "pivot/serve/log.hpp"
#include "pivot/serve/reception.hpp"
#include "pivot/serve/scripted_front.hpp"
#include "pivot/serve/signals.hpp"

#include <pivot/pivot.h>
#include <pivot/sinks.hpp>

#include <exception>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot serve";

// What the engine has to tell goes into the log.
class EngineLog final : public Sinks {
public:
    explicit EngineLog(Log& log) : log_(log) {}

    void log(LogLevel level, std::string_view call_id, std::string_view line) override
    {
        log_.write(level, call_id, line);
    }

private:
    Log& log_;
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
          sinks_(log)
    {
    }

    // Returns the exit status.
    int run()
    {
        settings_.engine.sinks = &sinks_;
        auto engine = Engine::create(settings_.engine);
        if (!engine) {
            say(LogLevel::error, engine.error());
            return exit_usage;
        }
        engine_ = std::move(*engine);
        reception_ = std::make_unique<Reception>(*engine_, log_, settings_);
        if (settings_.scripted) {
            fronts_.push_back(std::make_unique<ScriptedFront>(*settings_.scripted,
                                                              std::move(script_), *reception_));
        }
        begin();
        work();
        return drain();
    }

private:
    void say(LogLevel level, std::string_view text) { log_.write(level, "", text); }

    void begin()
    {
        std::vector<std::string> sources;
        for (const auto& front : fronts_) sources.push_back(front->description());
        if (sources.empty()) sources.emplace_back("no front end, so no calls will come");
        const unsigned reactors = settings_.engine.reactors;
        const std::string& action = settings_.default_action;
        say(fronts_.empty() ? LogLevel::warning : LogLevel::info,
            fmt::format("pivot {} serves: {}; {} reactor{}; {}", pivot_version(),
                        fmt::join(sources, ", "), reactors, reactors == 1 ? "" : "s",
                        action.empty() ? "no default action" : "default action " + action));
        for (const auto& front : fronts_) front->start();
    }

    // Until the first signal to stop.
    void work()
    {
        while (true) {
            switch (signals_.wait()) {
                case SIGHUP: reload(); break;
                case SIGUSR1: refuse_calls(); break;
                default: return;
            }
        }
    }

    void reload()
    {
        auto read = read_settings(options_.sources);
        if (!read) {
            for (const std::string& line : read.error()) refuse_reload(line);
            return;
        }
        const auto reloaded = engine_->reload(read->settings.engine);
        if (!reloaded) return refuse_reload(reloaded.error());
        settings_ = std::move(read->settings);
        reception_->reload(settings_);
        say(LogLevel::info, "the configuration is read again");
    }

    void refuse_reload(std::string_view why)
    {
        say(LogLevel::error, fmt::format("the configuration stays as it was: {}", why));
    }

    void refuse_calls()
    {
        for (const auto& front : fronts_) front->refuse_calls();
        say(LogLevel::info,
            fmt::format("takes no more calls: {} in flight", engine_->calls_in_flight()));
    }

    // A thread waits for the calls, and this one for the signal not to wait.
    int drain()
    {
        refuse_calls();
        say(LogLevel::info,
            fmt::format("stops, after {} s at the latest", settings_.drain_timeout.count()));
        std::thread ending([this] {
            engine_->stop(settings_.drain_timeout);
            for (const auto& front : fronts_) front->stop();
            signals_.wake();
        });
        while (const int signal = signals_.wait()) {
            if (signal == SIGTERM || signal == SIGINT) stop_at_once();
        }
        ending.join();
        engine_.reset();
        say(LogLevel::info, "has stopped");
        return exit_good;
    }

    // Past the log, for whose reader nobody waits now.
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
    EngineLog sinks_;
    std::unique_ptr<Reception> reception_;
    std::vector<std::unique_ptr<Front>> fronts_;
    std::unique_ptr<Engine> engine_;  // goes first: until then it calls the others
};

int check(const Settings& settings)
{
    const std::string objection = objection_to(settings.engine);
    if (!objection.empty()) return refuse(command, objection);
    return print(command, "the configuration is valid\n");
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
    if (options.only_checks) return check(settings);
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
