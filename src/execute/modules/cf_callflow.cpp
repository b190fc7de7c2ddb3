// callflow: branches to another callflow of the directory.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <string>

#include <fmt/format.h>

namespace pivot::execute::modules {

Task<ModuleEnd> callflow(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view id = text(data, "id");
    const std::string* const flow = look_up(work, &Directory::flow, id);
    if (flow != nullptr) return ready(branch_to(*flow), deadline);
    return ready(give_up(work, fmt::format("there is no flow \"{}\" in the directory", id)),
                 deadline);
}

}  // namespace pivot::execute::modules
