#include "pivot/load.hpp"

#include "pivot/input.hpp"
#include "pivot/load/load_call.hpp"
#include "pivot/load/load_plan.hpp"
#include "pivot/load/load_report.hpp"
#include "pivot/load/load_run.hpp"
#include "pivot/load/load_target.hpp"
#include "pivot/load/system_limits.hpp"
#include "pivot/output.hpp"

#include <pivot/engine.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot load";

tl::expected<void, std::string> take_target(const LoadOptions& options, EngineConfig& config,
                                            Request& request)
{
    if (options.target.action.empty()) {
        return tl::unexpected(std::string("no URL is given: write pivot load URL"));
    }
    if (!looks_like_url(options.target.action)) {
        return tl::unexpected(
            fmt::format("\"{}\" is not a URL: write http://… or https://…", options.target.action));
    }
    const std::string more = fmt::format(R"(,"req_body_format":"{}","req_timeout_ms":{})",
                                         options.body, options.timeout_ms);
    return take_url(options.target, more, config, request);
}

tl::expected<LoadPlan, std::string> make_plan(const LoadOptions& options,
                                              const EngineConfig& config)
{
    const net::Addresses addresses = resolve_target(options.target.action, config);
    const auto is_loopback = [](const net::IpAddress& ip) {
        return ip.is_v4() && ip.bytes()[0] == 127;
    };
    return plan_load({.concurrency = options.concurrency,
                      .reactors = options.reactors,
                      .source_addresses = config.source_addresses,
                      .is_loopback = std::ranges::any_of(addresses, is_loopback)},
                     SystemLimits::read());
}

}  // namespace

int load(const LoadOptions& options)
{
    const auto once = check_standard_input({options.call_file, options.engine.config_file});
    if (!once) return refuse(command, once.error());
    auto config = read_config(options.engine);
    if (!config) return refuse(command, config.error());
    config->action.timeout_max =
        std::max(config->action.timeout_max, std::chrono::milliseconds(options.timeout_ms));
    auto call = options.call_file.empty() ? typical_call() : read_call(options.call_file);
    if (!call) return refuse(command, call.error());
    Request request{.call = std::move(*call), .node = {}};
    if (const auto taken = take_target(options, *config, request); !taken) {
        return refuse(command, taken.error());
    }
    const auto plan = make_plan(options, *config);
    if (!plan) return refuse(command, plan.error());

    Interrupt interrupt;
    const LoadLength length{.duration_ns = static_cast<Nanoseconds>(options.duration_s * 1e9),
                            .count = options.count};
    LoadRun load_run(*plan, length, options.rate);
    if (auto opened = load_run.open(std::move(*config), request); !opened) {
        return refuse(command, opened.error());
    }
    load_run.run(interrupt);

    LoadReport report;
    report.url = request.node.action->voice_url;
    load_run.report(report);
    return print(command, options.as_json ? report.to_json() + '\n' : report.to_text());
}

}  // namespace pivot::tools
