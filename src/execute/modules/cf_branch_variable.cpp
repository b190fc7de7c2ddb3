// branch_variable: branches by the value of a variable.
#include "execute/modules/call_variables.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <fmt/format.h>

namespace pivot::execute::modules {

Task<ModuleEnd> branch_variable(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view name = text(data, "variable");
    const auto value = variable_in(work, text(data, "scope", "custom_channel_vars"), name);
    if (!value) return ready(go_on_because(fmt::format("there is no variable {}", name)), deadline);
    return ready(go_on(*value), deadline);
}

}  // namespace pivot::execute::modules
