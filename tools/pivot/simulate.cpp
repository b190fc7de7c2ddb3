#include "pivot/simulate.hpp"

#include "base/random_id.hpp"
#include "engine/instruments.hpp"
#include "pivot/input.hpp"
#include "pivot/output.hpp"
#include "pivot/simulate/play.hpp"
#include "reactor/clock.hpp"

#include <pivot/session.hpp>

#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

namespace pivot::tools {

namespace {

using namespace std::chrono_literals;
using namespace switches::scripted;

constexpr std::string_view command = "pivot simulate";

struct Scene {
    EngineConfig config;
    SessionRequest request;
    std::vector<Step> steps;
};

tl::expected<Scene, std::string> read_scene(const SimulateOptions& options)
{
    auto once = check_standard_input({options.target.action, options.script_file, options.call_file,
                                      options.directory_file, options.engine.config_file});
    if (!once) return tl::unexpected(std::move(once.error()));
    Scene scene;
    Request& request = scene.request.request;
    auto config = read_config(options.engine);
    if (!config) return tl::unexpected(std::move(config.error()));
    scene.config = std::move(*config);
    scene.config.reactors = 0;
    if (options.call_file.empty()) {
        request.call.call_id = "CA" + random_id();
    } else {
        auto call = read_call(options.call_file);
        if (!call) return tl::unexpected(std::move(call.error()));
        request.call = std::move(*call);
    }
    if (auto read = read_target(options.target, scene.config, request); !read) {
        return tl::unexpected(std::move(read.error()));
    }
    if (const auto& action = request.node.action; !action) {
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
    return scene;
}

// Returns null if no file is named.
tl::expected<std::shared_ptr<const Directory>, std::string> read_directory(const std::string& file,
                                                                           const Engine& engine)
{
    if (file.empty()) return nullptr;
    const auto text = read_input(file);
    if (!text) return tl::unexpected(text.error());
    auto directory = engine.read_directory(*text);
    if (directory) return directory;
    return tl::unexpected(fmt::format("{}: {}", input_name(file), directory.error()));
}

// Until the call is over, and its CDR has been delivered or refused.
void run(Engine& engine, const Play& play)
{
    std::chrono::nanoseconds time = engine.run();
    while (engine.calls_in_flight() > 0 || play.awaits_cdr()) {
        const timespec limit{.tv_sec = time / 1s, .tv_nsec = time % 1s / 1ns};
        pollfd ready{.fd = engine.descriptor(), .events = POLLIN, .revents = 0};
        ::ppoll(&ready, 1, time < 0ns ? nullptr : &limit, nullptr);
        time = engine.run();
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
    SessionRequest& request = scene->request;
    reactor::Clock clock(reactor::Clock::Kind::manual);
    Play play(options.as_json, request.request.node.action->debug);
    scene->config.sinks = &play;
    const engine::Instruments instruments{clock, play};
    auto engine = instruments.create_engine(scene->config);
    if (!engine) return refuse(command, engine.error());
    auto directory = read_directory(options.directory_file, **engine);
    if (!directory) return refuse(command, directory.error());
    request.directory = std::move(*directory);

    Engine::Ticket ticket;
    const auto tell = [&](Event event) { (*engine)->tell(ticket, std::move(event)); };
    ScriptedChannel channel(clock, tell, &play);
    channel.set_call_id(request.request.call.call_id);
    ScriptPlayer player(std::move(scene->steps), channel);
    play.follow(channel, player);
    play.begin(request.request.call.call_id);
    player.play();
    channel.after(milliseconds(std::llround(options.max_time_s * 1'000)),
                  [&channel] { channel.run_out_of_time(); });
    const auto started = (*engine)->start(request, channel, ticket);
    if (!started) return refuse(command, started.error().message);
    run(**engine, play);
    engine->reset();

    play.end(options.max_time_s);
    if (play.print_error() != 0) return refuse_output(command, play.print_error());
    return judge(player, options.script_file);
}

}  // namespace pivot::tools
