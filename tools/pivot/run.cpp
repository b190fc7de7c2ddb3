#include "pivot/run.hpp"

#include "pivot/input.hpp"
#include "pivot/output.hpp"
#include "pivot/pretty.hpp"

#include <pivot/engine.hpp>

#include <future>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot run";

// The default call, if no file is given.
tl::expected<Call, std::string> read_call_or_default(const std::string& file)
{
    if (!file.empty()) return read_call(file);
    Call call;
    call.call_id = "pivot-run";
    return call;
}

}  // namespace

int run(const RunOptions& options)
{
    const auto once = check_standard_input(
        {options.target.action, options.call_file, options.engine.config_file});
    if (!once) return refuse(command, once.error());
    auto config = read_config(options.engine);
    if (!config) return refuse(command, config.error());
    auto call = read_call_or_default(options.call_file);
    if (!call) return refuse(command, call.error());
    Request request{.call = std::move(*call), .node = {}};
    if (const auto read = read_target(options.target, *config, request); !read) {
        return refuse(command, read.error());
    }
    std::promise<Outcome> promise;  // outlives the engine, whose thread sets it
    const auto engine = Engine::create(*config);
    if (!engine) return refuse(command, engine.error());

    (*engine)->start(request,
                     [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    const Outcome outcome = promise.get_future().get();
    const std::string json = outcome.to_json();
    const std::string text = (options.pretty ? pretty(json) : json) + '\n';
    if (const int status = print(command, text); status != exit_good) return status;
    return outcome.kind == OutcomeKind::failed ? exit_bad : exit_good;
}

}  // namespace pivot::tools
