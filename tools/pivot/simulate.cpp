#include "pivot/simulate.hpp"

#include "execute/directory.hpp"
#include "execute/run_session.hpp"
#include "pivot/callbacks.hpp"
#include "pivot/cdr_client.hpp"
#include "pivot/input.hpp"
#include "pivot/session.hpp"
#include "pivot/simulate/play.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using namespace switches::scripted;
using execute::ExecutorConfig;

constexpr std::string_view command = "pivot simulate";

// What callbacks may take behind the end of the call.
constexpr Nanoseconds callbacks_ns_max = 5'000'000'000;

struct Scene {
    EngineConfig config;
    Request request;
    std::vector<Step> steps;
    std::optional<execute::Directory> directory;
};

tl::expected<Scene, std::string> read_scene(const SimulateOptions& options)
{
    Scene scene{{}, {Call(), ActionNode{Action(), {}}}, {}, std::nullopt};
    auto config = read_config(options.engine);
    if (!config) return tl::unexpected(std::move(config.error()));
    scene.config = std::move(*config);
    if (options.call_file.empty()) {
        scene.request.call.call_id = "pivot-simulate";
    } else {
        auto call = read_call(options.call_file);
        if (!call) return tl::unexpected(std::move(call.error()));
        scene.request.call = std::move(*call);
    }
    const auto action = read_input(options.action_file);
    if (!action) return tl::unexpected(action.error());
    auto node = ActionNode::from_json(*action, scene.config.action);
    if (!node) {
        return tl::unexpected(fmt::format("{}: {}", options.action_file, node.error().message));
    }
    scene.request.node = std::move(*node);
    if (!options.script_file.empty()) {
        const auto text = read_input(options.script_file);
        if (!text) return tl::unexpected(text.error());
        auto steps = read_script(*text);
        if (!steps) {
            return tl::unexpected(fmt::format("{}:{}", options.script_file, steps.error()));
        }
        scene.steps = std::move(*steps);
    }
    if (!options.directory_file.empty()) {
        const auto text = read_input(options.directory_file);
        if (!text) return tl::unexpected(text.error());
        auto directory = execute::Directory::from_json(*text);
        if (!directory) {
            return tl::unexpected(fmt::format("{}: {}", options.directory_file, directory.error()));
        }
        scene.directory = std::move(*directory);
    }
    return scene;
}

// Keeps the CDR of the one call, which is posted once.
class OneCdr final : public CdrSpool {
public:
    void put(Cdr cdr, Done) override { cdr_ = std::move(cdr); }
    void due(DueQuery, DueDone) override {}
    void remove(std::string, Done) override {}
    void failed(std::string, std::int64_t, Done) override {}

    reactor::Task<> post(Exchanges& exchanges, ScriptedChannel& channel,
                         reactor::Deadline& deadline)
    {
        if (!cdr_) co_return;
        CdrClient client(exchanges);
        const auto status = co_await client.post(*cdr_, deadline);
        const std::string result =
            status ? fmt::format("{}", *status) : std::string(status.error().message);
        channel.note("CDR", "cdr", cdr_->url, fmt::format("POST {} -> {}", cdr_->url, result));
    }

private:
    std::optional<Cdr> cdr_;
};

// Turns the reactor until the call has ended, and what it left behind with it.
void turn(Exchanges& exchanges, const reactor::Scope& calls, const Callbacks& callbacks)
{
    reactor::Reactor& reactor = exchanges.reactor();
    while (calls.running() > 0) reactor.turn(never);
    const Nanoseconds until = reactor.now() + callbacks_ns_max;
    while (callbacks.waiting() > 0 && reactor.now() < until) reactor.turn(until);
}

}  // namespace

int simulate(const SimulateOptions& options)
{
    auto scene = read_scene(options);
    if (!scene) return refuse(command, scene.error());
    const bool expects_branch =
        std::ranges::any_of(scene->steps, [](const Step& step) { return step.deed == "branch"; });
    auto exchanges = Exchanges::open(scene->config);
    if (!exchanges) return refuse(command, exchanges.error());
    reactor::Reactor& reactor = (*exchanges)->reactor();
    reactor.turn(0);  // reads the clock

    Play play(options.as_json);
    reactor::Deadline host(reactor, never);
    VirtualClock clock(reactor);
    ScriptedChannel channel(clock, host, &play);
    channel.let_jump(clock);
    ScriptPlayer player(std::move(scene->steps), channel);
    play.follow(channel, player);

    SessionConfig session_config;
    session_config.debug = &play;
    session_config.records_all = true;
    OneCdr cdr;
    session_config.cdrs = &cdr;
    ExecutorConfig executor_config;
    executor_config.directory = scene->directory ? &*scene->directory : nullptr;
    executor_config.journal = &play;
    std::string next = scene->request.node.next;
    Callbacks callbacks(**exchanges);
    Session session(**exchanges, callbacks, session_config, std::move(scene->request));
    reactor::Scope calls(reactor);
    player.play();
    channel.after(milliseconds(std::llround(options.max_time_s * 1'000)), [&] {
        channel.note("END", "end", "", "the time of the simulation is up");
        channel.hang_up_caller("RECOVERY_ON_TIMER_EXPIRE");
    });
    calls.spawn(execute::run_session(session, channel, std::move(next), executor_config, host));
    turn(**exchanges, calls, callbacks);
    reactor::Deadline cdr_deadline(reactor, reactor.now() + callbacks_ns_max);
    calls.spawn(cdr.post(**exchanges, channel, cdr_deadline));
    turn(**exchanges, calls, callbacks);

    channel.note("END", "end", "", "the call is over");
    const auto failure = player.failure();
    if (failure) {
        return fmt::print(stderr, "{}:{}\n", options.script_file, *failure), exit_bad;
    }
    return play.has_failed() && !expects_branch ? exit_bad : exit_good;
}

}  // namespace pivot::tools
