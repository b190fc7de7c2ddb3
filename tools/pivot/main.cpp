// The command line of Pivot.

#include "base/near_miss.hpp"
#include "pivot/calls.hpp"
#include "pivot/check.hpp"
#include "pivot/debug.hpp"
#include "pivot/drain.hpp"
#include "pivot/load.hpp"
#include "pivot/output.hpp"
#include "pivot/run.hpp"
#include "pivot/serve.hpp"
#include "pivot/serve_commands.hpp"
#include "pivot/shadow.hpp"
#include "pivot/simulate.hpp"
#include "pivot/status.hpp"
#include "pivot/web_server_commands.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

using namespace pivot::tools;

constexpr const char* about =
    "Pivot asks a web server over HTTP what to do with a phone call.\n\n"
    "  pivot run http://127.0.0.1:8080/ivr         one call in, one outcome out\n"
    "  pivot check callflow.json                   the mistakes in a callflow\n"
    "  pivot simulate --script caller.txt http://127.0.0.1:8080/ivr\n"
    "                                              a whole call, with a scripted caller\n"
    "  pivot load http://127.0.0.1:8080/ivr        how many calls a web server can take\n"
    "  pivot serve --url http://127.0.0.1:8080/ivr\n"
    "                                              perform the calls of a switch\n"
    "  pivot status                                whether it is ready\n"
    "  pivot calls                                 the calls in flight\n"
    "  pivot why CALL                              what happened to a call\n"
    "  pivot debug CALL                            its requests and the answers";

// Says why `word`, the first argument, is not a subcommand. Empty if it is one, or is an option.
std::string refusal_of(std::string_view word, const CLI::App& app)
{
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    const bool is_known = std::ranges::find(known, word) != known.end();
    if (word.empty() || word.starts_with('-') || is_known) return {};
    const std::string_view meant = pivot::near_miss(word, known);
    if (!meant.empty()) {
        return fmt::format("{} is not a subcommand: did you mean {}?", word, meant);
    }
    return fmt::format("{} is not a subcommand: use one of {} (see pivot --help)", word,
                       fmt::join(known, ", "));
}

// Says which words are not expected, and what may have been meant by the first of them that looks
// like an option.
std::string refusal_of_extras(const CLI::ExtrasError& error, const CLI::App& command)
{
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const std::string& word : command.remaining()) {
        if (!word.starts_with("--")) continue;
        const std::string_view meant = pivot::near_miss(word.substr(0, word.find('=')), known);
        if (!meant.empty()) {
            return fmt::format("{} is not an option: did you mean {}?", word, meant);
        }
        break;
    }
    return std::string(error.what()) + " (see pivot --help)";
}

int run_command_line(int argc, char** argv)
{
    CLI::App app(about, "pivot");
    app.set_version_flag("--version", "pivot " PIVOT_VERSION);
    app.require_subcommand(1);
    RunOptions run_options;
    CheckOptions check_options;
    LoadOptions load_options;
    SimulateOptions simulate_options;
    ServeOptions serve_options;
    StatusOptions status_options;
    CallsOptions calls_options;
    DrainOptions drain_options;
    WhyOptions why_options;
    DebugOptions debug_options;
    ShadowOptions shadow_options;
    add_run(app, run_options);
    add_check(app, check_options);
    add_simulate(app, simulate_options);
    add_load(app, load_options);
    add_serve(app, serve_options);
    add_status(app, status_options);
    add_calls(app, calls_options);
    add_why(app, why_options);
    add_debug(app, debug_options);
    add_shadow(app, shadow_options);
    add_drain(app, drain_options);
    const std::string refusal = refusal_of(argc > 1 ? argv[1] : "", app);
    if (!refusal.empty()) return refuse("pivot", refusal);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        std::ostringstream text;
        app.exit(help, text);
        return print("pivot", text.str());
    } catch (const CLI::ExtrasError& error) {
        const auto commands = app.get_subcommands();
        return refuse("pivot",
                      refusal_of_extras(error, commands.empty() ? app : *commands.front()));
    } catch (const CLI::ParseError& error) {
        return refuse("pivot", std::string(error.what()) + " (see pivot --help)");
    }
    if (app.got_subcommand("run")) return run(run_options);
    if (app.got_subcommand("check")) return check(check_options);
    if (app.got_subcommand("simulate")) return simulate(simulate_options);
    if (app.got_subcommand("serve")) return serve(serve_options);
    if (app.got_subcommand("status")) return status(status_options);
    if (app.got_subcommand("calls")) return list_calls(calls_options);
    if (app.got_subcommand("why")) return explain_call(why_options);
    if (app.got_subcommand("debug")) return debug(debug_options);
    if (app.got_subcommand("shadow")) return shadow(shadow_options);
    if (app.got_subcommand("drain")) return drain(drain_options);
    return load(load_options);
}

}  // namespace

int main(int argc, char** argv)
{
    guard_standard_streams();
    try {
        return run_command_line(argc, argv);
    } catch (const std::bad_alloc&) {
        return refuse("pivot", "out of memory");
    } catch (const std::exception& error) {
        return refuse("pivot", error.what());
    }
}
