// branch_variable: branches by the value of a variable.
#include "execute/modules/call_variables.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::execute::modules {

Task<ModuleEnd> branch_variable(Work work, json::Value data, Deadline& deadline)
{
    const auto path = path_of(data, "variable");
    const std::string_view scope = text(data, "scope", "custom_channel_vars");
    const auto value = variable_in(work, scope, path, text(data, "id"));
    if (!value) {
        return ready(go_on_because(fmt::format("there is no variable {}", fmt::join(path, "."))),
                     deadline);
    }
    return ready(go_on(*value), deadline);
}

}  // namespace pivot::execute::modules
