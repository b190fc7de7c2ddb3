// The subcommands that ask a web server themselves, or read what one would answer.
#pragma once

namespace CLI {
class App;
}

namespace pivot::tools {

struct CheckOptions;
struct LoadOptions;
struct RunOptions;
struct SimulateOptions;

// Each adds its subcommand to `app`, whose parsing fills `options`.
void add_run(CLI::App& app, RunOptions& options);
void add_check(CLI::App& app, CheckOptions& options);
void add_simulate(CLI::App& app, SimulateOptions& options);
void add_load(CLI::App& app, LoadOptions& options);

}  // namespace pivot::tools
