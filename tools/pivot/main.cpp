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
#include "pivot/shadow.hpp"
#include "pivot/simulate.hpp"
#include "pivot/status.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <map>
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

constexpr const char* run_examples =
    "ACTION.json is a pivot node, a document whose `flow` is a pivot node, or its bare data:\n"
    "  {\"voice_url\": \"https://example.com/ivr\", \"method\": \"post\", \"req_timeout_ms\": "
    "2000}\n"
    "A URL may take its place, with --method, --format, --data and --header. The host and port\n"
    "that you type need no --allow.\n\n"
    "Examples:\n"
    "  pivot run http://127.0.0.1:8080/ivr --format twiml --method post --data Digits=1\n"
    "  pivot run action.json\n"
    "  pivot run --call call.json --allow 10.0.0.0/8 --pretty action.json\n"
    "  echo '{\"voice_url\":\"http://127.0.0.1:8080/\"}' | pivot run --allow 127.0.0.1 -\n\n"
    "Exit status: 0 processed or skipped, 1 failed, 2 bad usage or unreadable input.";

constexpr const char* check_examples =
    "Examples:\n"
    "  pivot check callflow.json\n"
    "  pivot check --as action action.json other.json\n"
    "  pivot check --allow 10.0.0.0/8 --strict *.xml *.json\n\n"
    "Everything that `pivot run` would refuse is an error, with the same --config, --allow and\n"
    "--deny. --as kazoo checks a web server's answer, which is the flow itself.\n\n"
    "Exit status: 0 all files are valid, 1 some are not, 2 bad usage or unreadable input.";

constexpr const char* load_notes =
    "Every pivot is a whole one: it sends the parameters of a call, parses the answer and\n"
    "validates its callflow. Each caller starts a pivot when its last one ends. With --rate,\n"
    "pivots are due at fixed times, whatever the server does, and latency counts from then.\n\n"
    "Counting begins when connections are up: when each caller has had its first outcome, but at\n"
    "most a second after all have started; with --rate, after a second. Pivots in flight at the\n"
    "end are cancelled and do not count. --count counts exactly that many, of those that start\n"
    "after counting has begun. Ctrl-C ends the load early and still reports.\n\n"
    "Examples:\n"
    "  pivot load https://voice.example.com/ivr --concurrency 200 --duration 30\n"
    "  pivot load http://127.0.0.1:8080/ --rate 5000 --json\n\n"
    "Exit status: 0 the load ran, whatever the outcomes; 2 bad usage, unreadable input, or a "
    "limit\n"
    "of the system was reached.";

// The library would describe these in --help in its own words. They have no description, because
// the options' own say it.
CLI::Validator number(double least, double most)
{
    const auto check = [least, most](const std::string& written) {
        double value = 0;
        const bool is_number = CLI::detail::lexical_cast(written, value);
        if (is_number && value >= least && value <= most) return std::string();  // `nan` is neither
        return fmt::format("{} is not a number from {} to {}", written, least, most);
    };
    return {check, ""};
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most)
{
    const auto check = [least, most](const std::string& written) {
        std::uint64_t value = 0;
        const char* const end = written.data() + written.size();
        const auto [read_to, error] = std::from_chars(written.data(), end, value);
        const bool is_number = error == std::errc() && read_to == end;
        if (is_number && value >= least && value <= most) return std::string();
        return fmt::format("{} is not a whole number from {} to {}", written, least, most);
    };
    return {check, ""};
}

CLI::Validator not_empty()
{
    const auto check = [](const std::string& written) {
        return written.empty() ? std::string("is empty") : std::string();
    };
    return {check, ""};
}

// Accepts one of a few words, which --help shows as `get|post`.
void accept_only(CLI::Option* option, const std::vector<std::string>& words)
{
    option->check(CLI::IsMember(words, CLI::ignore_case).description(""));
    option->type_name(fmt::format("{}", fmt::join(words, "|")));
}

void add_policy_options(CLI::App& command, EngineOptions& options)
{
    command.add_option("--config", options.config_file, "Settings of the engine")
        ->type_name("FILE");
    command
        .add_option("--allow", options.allow,
                    "Network or host that may be asked although it is denied by default")
        ->type_name("CIDR|HOST")
        ->allow_extra_args(false);
    command.add_option("--deny", options.deny, "Network or host that must not be asked")
        ->type_name("CIDR|HOST")
        ->allow_extra_args(false);
}

void add_engine_options(CLI::App& command, EngineOptions& options)
{
    add_policy_options(command, options);
    command.add_option("--dns", options.dns, "DNS server to ask instead of the system's")
        ->type_name("ADDRESS[:PORT]")
        ->allow_extra_args(false);
}

constexpr const char* action_or_url = "The pivot action, or a URL instead; - reads standard input";

// Returns the positional option, which is called `name`.
CLI::Option* add_target_options(CLI::App& command, TargetOptions& options, const char* name,
                                const char* description)
{
    accept_only(
        command.add_option("--method", options.method, "Method of a URL's request; default: get"),
        {"get", "post"});
    accept_only(command.add_option("--format", options.format,
                                   "Parameter names that a URL's request has; default: kazoo"),
                {"kazoo", "twiml"});
    command
        .add_option("--data", options.data,
                    "Parameter of the first request to a URL; replaces one of that name")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command
        .add_option("--header", options.headers,
                    "Header of all requests to the URL's origin, and to no other")
        ->type_name("'NAME: VALUE'")
        ->allow_extra_args(false);
    return command.add_option(name, options.action, description)->type_name("");
}

void add_run(CLI::App& app, RunOptions& options)
{
    CLI::App* run = app.add_subcommand(
        "run", "Ask a web server what to do with one call, and print the outcome as JSON");
    run->footer(run_examples);
    run->add_option("--call", options.call_file, "The call, as KAZOO's call object")
        ->type_name("CALL.json");
    add_engine_options(*run, options.engine);
    run->add_flag("--pretty", options.pretty, "Print the outcome indented");
    add_target_options(*run, options.target, "ACTION.json", action_or_url)->required();
}

void add_check(CLI::App& app, CheckOptions& options)
{
    CLI::App* check = app.add_subcommand(
        "check", "Print the mistakes in actions, callflows and TwiML, one per line");
    check->footer(check_examples);
    accept_only(
        check->add_option("--as", options.as, "What the files are; default: their content decides"),
        {"action", "kazoo", "twiml"});
    check->add_flag("--strict", options.is_strict, "Turn warnings into errors");
    add_policy_options(*check, options.engine);
    check->add_option("FILE", options.files, "Files to check; - reads standard input")
        ->required()
        ->type_name("");
}

constexpr const char* simulate_notes =
    "Runs the whole session of ACTION.json against the real web server, on a call that is made\n"
    "up: a pause of 30 seconds takes no time, and only HTTP is real. Prints one line per event.\n"
    "Without a script the caller listens to everything and presses nothing; callees answer after\n"
    "3 seconds and hang up after 10 more.\n\n"
    "A script has one step per line (docs/simulate.md has all of them):\n"
    "  leg busy                             how the next callee behaves\n"
    "  wait for say \"account number\"        what the caller waits for,\n"
    "  press 1234#                          and does\n"
    "  expect dial +14155550100             what must happen after that\n"
    "  expect request /dialled with DialCallStatus=busy\n"
    "  expect branch _                      a pivot must fail here\n"
    "  hang up\n\n"
    "Examples:\n"
    "  pivot simulate action.json\n"
    "  pivot simulate --script tools/demo/menu.txt --allow 127.0.0.1 tools/demo/menu.json\n"
    "  pivot simulate --json --call call.json --script caller.txt action.json\n\n"
    "Exit status: 0 the call went as expected; 1 a step did not come true, a pivot failed or the\n"
    "call did not end, and no step expects that; 2 bad usage, or unreadable or invalid input.";

void add_simulate(CLI::App& app, SimulateOptions& options)
{
    CLI::App* simulate = app.add_subcommand(
        "simulate", "Run a whole call with a scripted caller, and print what happens");
    simulate->footer(simulate_notes);
    simulate->add_option("--call", options.call_file, "The call, as KAZOO's call object")
        ->type_name("CALL.json");
    simulate->add_option("--script", options.script_file, "What the caller and the callees do")
        ->type_name("SCRIPT");
    simulate
        ->add_option("--directory", options.directory_file,
                     "What the ids of devices, users, menus, … stand for")
        ->type_name("FILE");
    add_engine_options(*simulate, options.engine);
    simulate
        ->add_option("--max-time", options.max_time_s,
                     "Time limit of the call, in seconds of its own clock, which stands still "
                     "during HTTP: 0.1 to 1000000; default: 3600")
        ->check(number(0.1, 1e6))
        ->type_name("SECONDS");
    simulate->add_flag("--json", options.as_json, "Print one JSON object per line");
    add_target_options(*simulate, options.target, "ACTION.json", action_or_url)->required();
}

void add_load(CLI::App& app, LoadOptions& options)
{
    CLI::App* load =
        app.add_subcommand("load", "Load-test a web server with pivots, and report how it did");
    load->footer(load_notes);
    CLI::Option* url = add_target_options(*load, options.target, "URL", "The URL to ask");
    load->add_option("--url", options.target.action, "The same")->type_name("URL")->excludes(url);
    load->add_option("--concurrency", options.concurrency,
                     "Most pivots in flight: 1 to 100000; default: 64")
        ->check(whole_number(1, 100'000))
        ->type_name("N");
    CLI::Option* duration =
        load->add_option("--duration", options.duration_s,
                         "How long to count, in seconds: 0.001 to 1000000; default: 10")
            ->check(number(0.001, 1e6))
            ->type_name("SECONDS");
    load->add_option("--count", options.count, "How many to count, however long they take")
        ->check(whole_number(1, 1'000'000'000'000))
        ->type_name("N")
        ->excludes(duration);
    load->add_option("--rate", options.rate,
                     "Pivots due per second, whatever the server does: 0.001 to 10000000")
        ->check(number(0.001, 1e7))
        ->type_name("R");
    accept_only(load->add_option("--body", options.body, "Body of a POST; default: form"),
                {"form", "json"});
    load->add_option("--timeout", options.timeout_ms,
                     "Time limit of each pivot, in milliseconds: 1 to 600000; default: 5000")
        ->check(whole_number(1, 600'000))
        ->type_name("MS");
    load->add_option("--reactors", options.reactors,
                     "Threads, each with its own connections: 1 to 1024; default: as many as are "
                     "needed")
        ->check(whole_number(1, 1'024))
        ->type_name("N");
    load->add_option("--call", options.call_file,
                     "The call, as KAZOO's call object; default: a typical one")
        ->type_name("CALL.json");
    add_engine_options(*load, options.engine);
    load->add_flag("--json", options.as_json, "Print one JSON object");
}

constexpr const char* serve_notes =
    "Runs in the foreground until it gets TERM or INT, and logs on standard error. Its\n"
    "configuration is in /etc/pivot/pivot.toml and /etc/pivot/conf.d/*.toml, if they exist\n"
    "(docs/serve.md has every setting). Here [scripted] makes calls without a switch:\n"
    "  default = \"http://127.0.0.1:8080/ivr\"\n"
    "  policy.allow = [\"127.0.0.1\"]\n"
    "  [numbers]\n"
    "  \"+4930*\" = \"https://voice.example.com/berlin\"\n"
    "  [scripted]\n"
    "  script = \"caller.txt\"\n"
    "  calls = 10\n"
    "  to = \"+493012345\"\n\n"
    "Signals:\n"
    "  TERM, INT  takes no more calls, lets those in flight end, and exits; a second one exits at\n"
    "             once\n"
    "  HUP        reads the configuration again; if it is wrong, nothing changes\n"
    "  USR1       takes no more calls, and goes on\n\n"
    "Exit status: 0 stopped on request, or the configuration is valid; 1 failed at run time; 2 "
    "bad\n"
    "usage or configuration; 3 a second signal came.";

void add_serve(CLI::App& app, ServeOptions& options)
{
    CLI::App* serve =
        app.add_subcommand("serve", "Perform the calls of a switch until told to stop");
    serve->footer(serve_notes);
    serve
        ->add_option("--config", options.sources.config_files,
                     "Configuration, instead of /etc/pivot; may be repeated, and later files add "
                     "to earlier ones")
        ->type_name("FILE")
        ->allow_extra_args(false);
    CLI::Option* check =
        serve->add_flag("--check", options.only_checks,
                        "Check the configuration, its files and its Asterisk, and exit");
    serve->add_flag("--offline", options.is_offline, "With --check: ask no Asterisk")->needs(check);
    serve->add_flag("--print-config", options.only_prints,
                    "Print the merged configuration without its secrets, and exit");
    serve
        ->add_option(
            "--url", options.sources.url,
            "Action of calls whose number has none. The host and port need no policy.allow. If "
            "nothing is configured that calls come from, an Asterisk of this machine may connect "
            "to 127.0.0.1:8094")
        ->type_name("URL");
    serve
        ->add_option("--asterisk", options.sources.asterisk_url,
                     "Asterisk that the calls come from: http://USER:PASSWORD@HOST:8088")
        ->type_name("URL");
    serve
        ->add_option("--admin", options.sources.admin,
                     "Address for health and metrics, instead of admin.listen: 127.0.0.1:9090 or "
                     "the path of a Unix socket")
        ->type_name("ADDRESS");
    accept_only(serve->add_option("--log-format", options.sources.log_format,
                                  "Format of the log; default: auto, which suits the journal under "
                                  "systemd"),
                {"auto", "text", "json"});
    accept_only(serve->add_option("--log-level", options.sources.log_level,
                                  "Least severe level that is logged; default: info"),
                {"error", "warning", "info", "debug"});
}

constexpr const char* calls_notes =
    "Lists at most 1000 calls: those in flight from the oldest, ended ones from the latest.\n\n"
    "Examples:\n"
    "  pivot calls --older 2h            calls that may have leaked\n"
    "  pivot calls --older 2h --hangup   hangs them up, and lists them\n"
    "  pivot calls --ended\n\n"
    "Exit status: 0 listed; 2 pivot serve cannot be reached.";

constexpr const char* why_notes =
    "Knows the calls in flight, the last 10000, and all calls in the store. An id may be "
    "shortened\n"
    "to 6 characters or more.\n\n"
    "Exit status: 0 explained; 1 there is no such call; 2 pivot serve cannot be reached, or "
    "several\n"
    "calls match, which are listed.";

constexpr const char* debug_notes =
    "Calls whose action has \"debug\": true leave debug records in the store (store.path). "
    "Without\n"
    "CALL, prints a line for each of the last 100; with CALL, all records of the call, with "
    "headers\n"
    "and bodies. An id may be shortened to 6 characters or more.\n\n"
    "Examples:\n"
    "  pivot debug --follow\n"
    "  pivot debug CA26d928\n"
    "  pivot debug --store /var/lib/pivot/store CA26d928    needs no pivot serve\n\n"
    "Exit status: 0 printed; 1 there are none of such a call; 2 pivot serve cannot be reached, or\n"
    "several calls match, which are listed.";

constexpr const char* shadow_notes =
    "A [[kazoo]] with the setting shadow only watches the requests of KAZOO, and answers none of\n"
    "them (docs/kazoo.md). HUP begins a new list.\n\n"
    "Exit status: 0 nothing would be refused; 1 something would be; 2 pivot serve cannot be\n"
    "reached, or watches nothing.";

constexpr const char* status_notes =
    "Asks the `pivot serve` of this machine over its admin socket, which only its user and its\n"
    "group may do.\n\n"
    "Exit status: 0 ready for calls; 1 not ready; 2 pivot serve cannot be reached.";

constexpr const char* socket_help = "Its admin socket; default: {}";

void add_source_options(CLI::App& command, CallSource& source)
{
    CLI::Option* socket =
        command
            .add_option("--socket", source.socket, fmt::format(socket_help, default_admin_socket))
            ->type_name("PATH");
    command
        .add_option("--store", source.store,
                    "Read this folder, store.path, instead of asking a pivot serve")
        ->type_name("FOLDER")
        ->excludes(socket);
}

void add_calls(CLI::App& app, CallsOptions& options)
{
    constexpr std::uint64_t longest_s = 1'000'000'000;
    CLI::App* calls =
        app.add_subcommand("calls", "List the calls that the pivot serve of this machine performs");
    calls->footer(calls_notes);
    calls->add_option("--socket", options.socket, fmt::format(socket_help, default_admin_socket))
        ->type_name("PATH");
    CLI::Option* const ended = calls->add_flag("--ended", options.shows_ended, "List ended calls");
    CLI::Option* const older =
        calls
            ->add_option("--older", options.older_than,
                         "Only calls that have lasted at least this long: 90s, 30m, 2h")
            ->type_name("TIME")
            ->transform(CLI::AsNumberWithUnit(
                std::map<std::string, std::int64_t>{{"s", 1}, {"m", 60}, {"h", 3'600}},
                CLI::AsNumberWithUnit::UNIT_REQUIRED))
            ->check(whole_number(0, longest_s));
    calls->add_flag("--hangup", options.hangs_up, "Hang up the listed calls")
        ->needs(older)
        ->excludes(ended);
    calls->add_flag("--json", options.as_json, "Print one JSON object per line");
}

void add_why(CLI::App& app, WhyOptions& options)
{
    CLI::App* why = app.add_subcommand(
        "why", "Tell what happened to a call, what went wrong, and what to do about it");
    why->footer(why_notes);
    why->add_option("call", options.call,
                    "Its id in the log, or its channel's in the switch, or the beginning of either")
        ->type_name("CALL")
        ->check(not_empty())
        ->required();
    add_source_options(*why, options.source);
    why->add_flag("--json", options.as_json, "Print one JSON object");
}

void add_debug(CLI::App& app, DebugOptions& options)
{
    CLI::App* debug =
        app.add_subcommand("debug", "Print the requests of calls to web servers, and the answers");
    debug->footer(debug_notes);
    debug
        ->add_option(
            "call", options.call,
            "Its id in the log, or its channel's in the switch, or the beginning of either; "
            "default: all calls")
        ->type_name("CALL");
    debug->add_flag("--follow", options.follows, "Then print new records as they are written");
    add_source_options(*debug, options.source);
    debug->add_flag("--json", options.as_json, "Print one JSON object per line");
}

void add_drain(CLI::App& app, DrainOptions& options)
{
    CLI::App* drain = app.add_subcommand(
        "drain", "Let the pivot serve of this machine take no more calls; those in flight go on");
    drain->footer("Like the signal USR1. Exit status: 0 done; 2 pivot serve cannot be reached.");
    drain->add_flag("--undo", options.is_undone, "Take calls again");
    drain->add_option("--socket", options.socket, fmt::format(socket_help, default_admin_socket))
        ->type_name("PATH");
}

void add_shadow(CLI::App& app, ShadowOptions& options)
{
    CLI::App* shadow = app.add_subcommand(
        "shadow",
        "List what would happen to KAZOO's requests that the pivot serve of this machine only "
        "watches");
    shadow->footer(shadow_notes);
    shadow->add_option("--socket", options.socket, fmt::format(socket_help, default_admin_socket))
        ->type_name("PATH");
    shadow->add_flag("--all", options.shows_all, "Also list requests that would succeed");
    shadow->add_flag("--json", options.as_json, "Print one JSON object");
}

void add_status(CLI::App& app, StatusOptions& options)
{
    CLI::App* status =
        app.add_subcommand("status", "Tell whether the pivot serve of this machine is ready");
    status->footer(status_notes);
    status->add_option("--socket", options.socket, fmt::format(socket_help, default_admin_socket))
        ->type_name("PATH");
    status->add_flag("--json", options.as_json, "Print one JSON object");
}

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
