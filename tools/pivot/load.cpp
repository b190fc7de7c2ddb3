#include "pivot/load.hpp"

#include "base/json.hpp"
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

tl::expected<ActionNode, std::string> make_node(const LoadOptions& options,
                                                const ActionLimits& limits)
{
    std::string text = "{\"voice_url\":";
    json::append_quoted(text, options.url);
    text += fmt::format(R"(,"method":"{}","req_body_format":"{}","req_timeout_ms":{}}})",
                        options.method, options.body, options.timeout_ms);
    auto node = ActionNode::from_json(text, limits);
    if (!node) return tl::unexpected(std::move(node.error().message));
    if (!node->action) return tl::unexpected(std::move(node->action.error().message));
    return std::move(*node);
}

tl::expected<LoadPlan, std::string> make_plan(const LoadOptions& options,
                                              const EngineConfig& config)
{
    const net::Addresses addresses = resolve_target(options.url, config);
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
    auto config = read_config(options.engine);
    if (!config) return refuse(command, config.error());
    config->action.timeout_max =
        std::max(config->action.timeout_max, std::chrono::milliseconds(options.timeout_ms));
    auto node = make_node(options, config->action);
    if (!node) return refuse(command, node.error());
    auto call = options.call_file.empty() ? typical_call() : read_call(options.call_file);
    if (!call) return refuse(command, call.error());
    const auto plan = make_plan(options, *config);
    if (!plan) return refuse(command, plan.error());

    Interrupt interrupt;
    const LoadLength length{.duration_ns = static_cast<Nanoseconds>(options.duration_s * 1e9),
                            .count = options.count};
    LoadRun load_run(*plan, length, options.rate);
    const Request request{.call = std::move(*call), .node = std::move(*node)};
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
