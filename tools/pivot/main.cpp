// The command line of Pivot.

#include "pivot/check.hpp"
#include "pivot/input.hpp"
#include "pivot/run.hpp"

#include <string_view>

#include <CLI/CLI.hpp>

namespace {

using namespace pivot::tools;

constexpr const char* about =
    "Pivot asks a web server over HTTP what to do with a phone call.\n\n"
    "  pivot run --allow 127.0.0.1 action.json     one call in, one outcome out\n"
    "  pivot check callflow.json                   what is wrong in a callflow";

constexpr const char* run_examples =
    "ACTION.json is a pivot node, a document whose `flow` is one, or the bare data of one:\n"
    "  {\"voice_url\": \"https://example.com/ivr\", \"method\": \"post\", \"req_timeout_ms\": "
    "2000}\n\n"
    "Examples:\n"
    "  pivot run action.json\n"
    "  pivot run --call call.json --allow 10.0.0.0/8 --pretty action.json\n"
    "  echo '{\"voice_url\":\"http://127.0.0.1:8080/\"}' | pivot run --allow 127.0.0.1 -\n\n"
    "Exit status: 0 processed or skipped, 1 failed, 2 bad usage or unreadable input.";

constexpr const char* check_examples =
    "Examples:\n"
    "  pivot check callflow.json\n"
    "  pivot check --as action action.json other.json\n\n"
    "Exit status: 0 all are valid, 1 some are not, 2 bad usage or unreadable input.";

void add_run(CLI::App& app, RunOptions& options)
{
    CLI::App* run = app.add_subcommand(
        "run", "Ask a web server what to do with one call, and print the outcome as JSON");
    run->footer(run_examples);
    run->add_option("--call", options.call_file, "The call, as KAZOO's call object")
        ->type_name("CALL.json");
    run->add_option("--config", options.config_file, "Settings of the engine")->type_name("FILE");
    run->add_option("--allow", options.allow,
                    "Network or host that may be asked, though denied by default")
        ->type_name("CIDR|HOST")
        ->allow_extra_args(false);
    run->add_option("--deny", options.deny, "Network or host that must not be asked")
        ->type_name("CIDR|HOST")
        ->allow_extra_args(false);
    run->add_option("--dns", options.dns, "DNS server to ask instead of the system's")
        ->type_name("ADDRESS[:PORT]")
        ->allow_extra_args(false);
    run->add_flag("--pretty", options.pretty, "Print the outcome indented");
    run->add_option("ACTION.json", options.action_file, "The pivot action; - reads standard input")
        ->required()
        ->type_name("");
}

void add_check(CLI::App& app, CheckOptions& options)
{
    CLI::App* check =
        app.add_subcommand("check", "Print what is wrong in actions and callflows, a line each");
    check->footer(check_examples);
    check->add_option("--as", options.as, "What the files are; without it their content decides")
        ->check(CLI::IsMember({"action", "kazoo", "twiml"}));
    check->add_option("FILE", options.files, "Files to check; - reads standard input")
        ->required()
        ->type_name("");
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app(about, "pivot");
    app.set_version_flag("--version", "pivot " PIVOT_VERSION);
    app.require_subcommand(1);
    RunOptions run_options;
    CheckOptions check_options;
    add_run(app, run_options);
    add_check(app, check_options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        return refuse("pivot", std::string(error.what()) + " (pivot --help tells more)");
    }
    if (app.got_subcommand("run")) return run(run_options);
    return check(check_options);
}
