// The subcommands that perform the calls of a switch, or look into a `pivot serve` that does.
#pragma once

namespace CLI {
class App;
}

namespace pivot::tools {

struct CallsOptions;
struct DebugOptions;
struct DrainOptions;
struct ServeOptions;
struct ShadowOptions;
struct StatusOptions;
struct WhyOptions;

// Each adds its subcommand to `app`, whose parsing fills `options`.
void add_serve(CLI::App& app, ServeOptions& options);
void add_status(CLI::App& app, StatusOptions& options);
void add_calls(CLI::App& app, CallsOptions& options);
void add_why(CLI::App& app, WhyOptions& options);
void add_debug(CLI::App& app, DebugOptions& options);
void add_shadow(CLI::App& app, ShadowOptions& options);
void add_drain(CLI::App& app, DrainOptions& options);

}  // namespace pivot::tools
