#include "pivot/action_text.hpp"

#include "callflow/unread_keys.hpp"

namespace pivot::tools {

std::optional<ActionData> data_of_action(json::Value root)
{
    const auto flow = root.find("flow");
    if (!flow && !root.find("module")) return ActionData{root, ""};
    const auto data = flow.value_or(root).find("data");
    if (!data) return std::nullopt;
    return ActionData{*data, flow ? "/flow/data" : "/data"};
}

std::vector<Breach> action_warnings(const std::string& text)
{
    constexpr std::size_t depth_max = 4'096;  // as ActionNode reads it
    json::Document document(depth_max);
    const auto root = document.read(text);
    const auto data = root ? data_of_action(*root) : std::nullopt;
    return data ? callflow::unread_keys_of("pivot", data->value, data->at) : std::vector<Breach>();
}

}  // namespace pivot::tools
