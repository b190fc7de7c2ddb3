// Input from an operator or a host, chosen by the first byte: an action, a node, a call, a
// configuration, a directory, a script, the fragment of a URL. It is read within its limits, or
// refused with a sentence.
#include "execute/directory.hpp"
#include "fuzz.hpp"
#include "http/connection_overrides.hpp"
#include "switches/scripted/script.hpp"

#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/engine.hpp>

namespace pivot::fuzz {
namespace {

void check(const Action& action)
{
    require(action.timeout.count() >= 1 && action.timeout.count() <= 5000,
            "a time-out is within its limits");
}

void check(const Failure& failure)
{
    require(!failure.message.empty(), "a refusal has a sentence");
}

void read_action(std::string_view text)
{
    const auto action = Action::from_json(text);
    action ? check(*action) : check(action.error());
}

void read_node(std::string_view text)
{
    const auto node = ActionNode::from_json(text);
    if (!node) return check(node.error());
    node->action ? check(*node->action) : check(node->action.error());
}

void read_call(std::string_view text)
{
    const auto call = Call::from_json(text);
    if (!call) check(call.error());
}

void read_configuration(std::string_view text)
{
    const auto config = EngineConfig::from_json(text);
    require(config || !config.error().empty(), "a configuration is refused with a sentence");
}

void read_directory(std::string_view text)
{
    const auto directory = execute::Directory::from_json(text);
    require(directory || !directory.error().empty(), "a directory is refused with a sentence");
}

void read_script(std::string_view text)
{
    const auto steps = switches::scripted::read_script(text);
    if (!steps) return require(!steps.error().empty(), "a script is refused with a sentence");
    std::size_t line = 0;
    for (const auto& step : *steps) {
        require(step.line > line, "steps stand on lines in their order");
        line = step.line;
    }
}

void read_overrides(std::string_view text)
{
    const auto overrides = http::ConnectionOverrides::parse(text);
    if (!overrides)
        return require(!overrides.error().empty(), "a fragment is refused with a sentence");
    require(overrides->retries <= 5 && overrides->total_ms <= 15'000,
            "overrides are within their limits");
}

constexpr void (*readers[])(std::string_view) = {read_action,        read_node,      read_call,
                                                 read_configuration, read_directory, read_script,
                                                 read_overrides};

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    readers[input.byte() % std::size(readers)](input.rest());
    return 0;
}
