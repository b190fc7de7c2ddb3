// set_variable: sets a channel variable of KAZOO.
#include "base/text.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

void remember(FlowMemory& memory, std::string_view name, std::string_view value)
{
    const auto same = [&](const auto& variable) { return variable.first == name; };
    const auto found = std::ranges::find_if(memory.channel_variables, same);
    if (found != memory.channel_variables.end()) {
        found->second = value;
    } else {
        memory.channel_variables.emplace_back(name, value);
    }
}

}  // namespace

Task<ModuleEnd> set_variable(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view name = text(data, "variable");
    const std::string_view value = text(data, "value");
    std::string_view channel_name;
    if (name == "call_priority") channel_name = "Call-Priority";
    if (name == "group_id") channel_name = "Group-ID";
    if (channel_name.empty()) {
        work.warn(fmt::format("variable is \"{}\", not call_priority or group_id: it is not set",
                              printable(name)));
        return ready(go_on(), deadline);
    }
    if (value.empty()) {
        work.warn(fmt::format("the value of {} is empty: it is not set", name));
        return ready(go_on(), deadline);
    }
    remember(work.memory, channel_name, value);
    work.call.channel().set_variable(caller, VariableName::of(channel_name), OpaqueText(value),
                                     text(data, "channel") == "both");
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
