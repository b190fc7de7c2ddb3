#include "pivot/simulate.hpp"

#include "base/random_id.hpp"
#include "exchange/exchanges.hpp"
#include "exchange/policy.hpp"
#include "execute/directory.hpp"
#include "execute/run_session.hpp"
#include "pivot/input.hpp"
#include "pivot/output.hpp"
#include "pivot/simulate/play.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"
#include "session/http_cdr_poster.hpp"

#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using namespace switches::scripted;
using execute::ExecutorConfig;

constexpr std::string_view command = "pivot simulate";

constexpr Nanoseconds cdr_ns_max = 5'000'000'000;  // of its one attempt

struct Scene {
    EngineConfig config;
    Request request;
    std::vector<Step> steps;
    std::optional<execute::Directory> directory;
};

tl::expected<Scene, std::string> read_scene(const SimulateOptions& options)
{
    auto once = check_standard_input({options.target.action, options.script_file, options.call_file,
                                      options.directory_file, options.engine.config_file});
    if (!once) return tl::unexpected(std::move(once.error()));
    Scene scene{{}, {Call(), ActionNode{Action(), {}}}, {}, std::nullopt};
    auto config = read_config(options.engine);
    if (!config) return tl::unexpected(std::move(config.error()));
    scene.config = std::move(*config);
    if (options.call_file.empty()) {
        scene.request.call.call_id = "CA" + random_id();
    } else {
        auto call = read_call(options.call_file);
        if (!call) return tl::unexpected(std::move(call.error()));
        scene.request.call = std::move(*call);
    }
    if (auto read = read_target(options.target, scene.config, scene.request); !read) {
        return tl::unexpected(std::move(read.error()));
    }
    if (const auto& action = scene.request.node.action; !action) {
        return tl::unexpected(fmt::format("{}: {}", options.target.action, action.error().message));
    }
    if (!options.script_file.empty()) {
        const auto text = read_input(options.script_file);
        if (!text) return tl::unexpected(text.error());
        auto steps = read_script(*text);
        if (!steps) {
            return tl::unexpected(
                fmt::format("{}:{}", input_name(options.script_file), steps.error()));
        }
        scene.steps = std::move(*steps);
    }
    if (!options.directory_file.empty()) {
        const auto text = read_input(options.directory_file);
        if (!text) return tl::unexpected(text.error());
        const auto policy = exchange::address_policy(scene.config);
        if (!policy) return tl::unexpected(policy.error());
        auto directory =
            execute::Directory::from_json(*text, exchange::flow_rules(scene.config, *policy));
        if (!directory) {
            return tl::unexpected(
                fmt::format("{}: {}", input_name(options.directory_file), directory.error()));
        }
        scene.directory = std::move(*directory);
    }
    return scene;
}

// Keeps the call's CDR, which is posted once.
class OneCdr final : public session::CdrSink {
public:
    void put(session::Cdr cdr, Done done) override
    {
        cdr_ = std::move(cdr);
        done({});
    }

    reactor::Task<> post(exchange::Exchanges& exchanges, Play& play, reactor::Deadline& deadline)
    {
        if (!cdr_) co_return;
        session::HttpCdrPoster poster(exchanges, nullptr);
        const auto status = co_await poster.post(*cdr_, deadline);
        play.note_cdr(cdr_->url, cdr_->body, status);
    }

private:
    std::optional<session::Cdr> cdr_;
};

void finish(reactor::Reactor& reactor, const reactor::Scope& work)
{
    while (work.running() > 0) reactor.turn(never);
}

// At each moment of the call, due events happen first, then servers are told, and the clock
// advances when no request is under way. Returns false if one is.
bool go_on(reactor::Clock& clock, const session::Session& session, session::Callbacks& callbacks)
{
    if (clock.is_due()) return clock.advance();
    if (callbacks.are_held()) {
        callbacks.release();
        return true;
    }
    const bool is_asking = session.is_asking() || callbacks.waiting() > 0;
    return !is_asking && clock.advance();
}

void finish(reactor::Reactor& reactor, reactor::Clock& clock, const reactor::Scope& work,
            const session::Session& session, session::Callbacks& callbacks)
{
    while (work.running() > 0 || callbacks.waiting() > 0) {
        // Something is ready, or only waits to be submitted, after which nothing may complete.
        const bool is_busy = reactor.next_turn() <= reactor.now();
        const bool has_gone_on = !is_busy && go_on(clock, session, callbacks);
        reactor.turn(is_busy || has_gone_on ? 0 : never);
    }
}

// Returns the exit status, and prints the reason on standard error.
int judge(const ScriptPlayer& player, const std::string& script_file)
{
    const auto failures = player.failures();
    for (const std::string& failure : failures) {
        complain(fmt::format("{}:{}", script_file, failure));
    }
    const auto unexpected = player.unexpected();
    for (const Deed& deed : unexpected) {
        const std::string_view why =
            deed.kind == "branch" ? "a pivot failed, and no step has `expect branch _` for it"
                                  : "the call did not end by itself, and no step has `expect end`";
        complain(fmt::format("{}: {}:\n  {}", command, why, line_of(deed)));
    }
    return failures.empty() && unexpected.empty() ? exit_good : exit_bad;
}

}  // namespace

int simulate(const SimulateOptions& options)
{
    auto scene = read_scene(options);
    if (!scene) return refuse(command, scene.error());
    auto opened = reactor::Reactor::open();
    if (!opened) return refuse(command, opened.error());
    reactor::Reactor& reactor = **opened;
    auto settings = exchange::Settings::make(scene->config);
    if (!settings) return refuse(command, settings.error());
    const auto exchanges = exchange::Exchanges::open(std::move(*settings), reactor);
    if (!exchanges) return refuse(command, exchanges.error());
    reactor.turn(0);  // reads the clock

    Play play(options.as_json, scene->request.node.action->debug);
    reactor::Deadline host(reactor, never);
    reactor::Clock clock(reactor::Clock::Kind::manual);
    execute::EventQueue events(clock, host);
    ScriptedChannel channel(events, &play);
    channel.set_call_id(scene->request.call.call_id);
    ScriptPlayer player(std::move(scene->steps), channel);
    play.follow(channel, player);
    play.begin(scene->request.call.call_id);

    session::Sinks sinks;
    sinks.sink = &play;
    sinks.records_all = true;
    OneCdr cdr;
    sinks.cdrs = &cdr;
    auto executor_config = ExecutorConfig::of(scene->config.session);
    executor_config.directory = scene->directory ? &*scene->directory : nullptr;
    executor_config.journal = &play;
    std::string next = scene->request.node.next;
    session::CallbackLimits limits;
    limits.are_in_one_order = true;
    session::Callbacks callbacks(**exchanges, limits);
    session::Session session(**exchanges, callbacks, sinks, std::move(scene->request));
    reactor::Scope calls(reactor);
    player.play();
    channel.after(milliseconds(std::llround(options.max_time_s * 1'000)),
                  [&channel] { channel.run_out_of_time(); });
    calls.spawn(execute::run_session(session, channel, events, std::move(next), AtEnd::hang_up,
                                     executor_config, host));
    finish(reactor, clock, calls, session, callbacks);
    {
        reactor::Deadline cdr_deadline(reactor, reactor.now() + cdr_ns_max);
        calls.spawn(cdr.post(**exchanges, play, cdr_deadline));
        finish(reactor, calls);
    }

    callbacks.close();
    (*exchanges)->close();
    while (!reactor.is_idle()) reactor.turn(never);

    play.end(options.max_time_s);
    if (play.print_error() != 0) return refuse_output(command, play.print_error());
    return judge(player, options.script_file);
}

}  // namespace pivot::tools
