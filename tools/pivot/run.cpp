#include "pivot/run.hpp"

#include "pivot/input.hpp"
#include "pivot/output.hpp"
#include "pivot/pretty.hpp"

#include <pivot/engine.hpp>
#include <pivot/sinks.hpp>

#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot run";

// What a pivot leaves besides its outcome, to be read when the engine has been drained.
class RunSinks final : public Sinks {
public:
    bool takes_debug_records() const override { return true; }
    void debug_record(std::string_view, std::string_view, std::string_view json) override
    {
        records.emplace_back(json);
    }
    void log(LogLevel, std::string_view, std::string_view line) override
    {
        warnings.push_back({"", std::string(line)});
    }

    std::vector<std::string> records;
    std::vector<Breach> warnings;
};

// One object: the outcome, and the records if there are any.
std::string to_json(const Outcome& outcome, const std::vector<std::string>& records)
{
    std::string json = outcome.to_json();
    if (records.empty()) return json;
    json.pop_back();
    return fmt::format("{},\"records\":[{}]}}", json, fmt::join(records, ","));
}

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
    RunSinks sinks;
    config->sinks = &sinks;
    const auto engine = Engine::create(*config);
    if (!engine) return refuse(command, engine.error());

    (*engine)->start(request,
                     [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    Outcome outcome = promise.get_future().get();
    (*engine)->drain();
    outcome.warnings.insert(outcome.warnings.end(), sinks.warnings.begin(), sinks.warnings.end());
    const std::string json = to_json(outcome, sinks.records);
    const std::string text = (options.pretty ? pretty(json) : json) + '\n';
    if (const int status = print(command, text); status != exit_good) return status;
    return outcome.kind == OutcomeKind::failed ? exit_bad : exit_good;
}

}  // namespace pivot::tools
