#include "pivot/serve_commands.hpp"

#include "pivot/admin_socket.hpp"
#include "pivot/calls.hpp"
#include "pivot/debug.hpp"
#include "pivot/drain.hpp"
#include "pivot/option_checks.hpp"
#include "pivot/serve.hpp"
#include "pivot/shadow.hpp"
#include "pivot/status.hpp"

#include <cstdint>
#include <map>
#include <string>

#include <fmt/format.h>

namespace pivot::tools {
namespace {

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

CLI::Option* add_socket_option(CLI::App& command, std::string& socket)
{
    return command
        .add_option("--socket", socket,
                    fmt::format("Its admin socket; default: {}/{}, or else pivot.sock in "
                                "$XDG_RUNTIME_DIR",
                                runtime_folder, admin_socket_name))
        ->type_name("PATH");
}

void add_source_options(CLI::App& command, CallSource& source)
{
    CLI::Option* socket = add_socket_option(command, source.socket);
    command
        .add_option("--store", source.store,
                    "Read this folder, store.path, instead of asking a pivot serve")
        ->type_name("FOLDER")
        ->excludes(socket);
}

}  // namespace

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

void add_calls(CLI::App& app, CallsOptions& options)
{
    constexpr std::uint64_t longest_s = 1'000'000'000;
    CLI::App* calls =
        app.add_subcommand("calls", "List the calls that the pivot serve of this machine performs");
    calls->footer(calls_notes);
    add_socket_option(*calls, options.socket);
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
    add_socket_option(*drain, options.socket);
}

void add_shadow(CLI::App& app, ShadowOptions& options)
{
    CLI::App* shadow = app.add_subcommand(
        "shadow",
        "List what would happen to KAZOO's requests that the pivot serve of this machine only "
        "watches");
    shadow->footer(shadow_notes);
    add_socket_option(*shadow, options.socket);
    shadow->add_flag("--all", options.shows_all, "Also list requests that would succeed");
    shadow->add_flag("--json", options.as_json, "Print one JSON object");
}

void add_status(CLI::App& app, StatusOptions& options)
{
    CLI::App* status =
        app.add_subcommand("status", "Tell whether the pivot serve of this machine is ready");
    status->footer(status_notes);
    add_socket_option(*status, options.socket);
    status->add_flag("--json", options.as_json, "Print one JSON object");
}

}  // namespace pivot::tools
