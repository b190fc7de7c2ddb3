#include "pivot/web_server_commands.hpp"

#include "pivot/check.hpp"
#include "pivot/load.hpp"
#include "pivot/option_checks.hpp"
#include "pivot/run.hpp"
#include "pivot/simulate.hpp"

namespace pivot::tools {
namespace {

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

}  // namespace

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

}  // namespace pivot::tools
