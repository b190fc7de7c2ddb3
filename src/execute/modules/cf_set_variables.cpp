// set_variables: sets the application's own variables.
#include "execute/modules/module_table.hpp"
#include "execute/modules/name_in.hpp"
#include "execute/modules/node_data.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> set_variables(Work work, json::Value data, Deadline& deadline)
{
    const auto variables = data.find("custom_application_vars");
    if (!variables || !variables->is_object()) {
        return ready(give_up(work, "custom_application_vars is not an object"), deadline);
    }
    work.call.session().set_application_variables(written(*variables));
    const bool is_exported = is_true(data, "export");
    for (const auto [name, value] : variables->members()) {
        const auto variable = name_of<VariableName>(work, "the name of a variable", name);
        if (variable.empty()) continue;
        work.call.channel().set_variable(caller, variable, OpaqueText(written(value)), is_exported);
    }
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
