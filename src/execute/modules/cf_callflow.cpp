// callflow: branches to another callflow, of the directory or in the node itself.
#include "base/text.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::execute::modules {

namespace {

// The flow of a document is its member `flow`; the directory has no other members of it.
std::string_view id_of_document(json::Value data)
{
    const auto path = path_of(data, "path");
    const bool is_flow = path.size() == 1 && path.front() == "flow";
    return is_flow ? text(data, "doc_id") : "";
}

}  // namespace

Task<ModuleEnd> callflow(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view own_id = text(data, "id");
    const auto inline_flow = data.find("flow");
    const bool has_flow = own_id.empty() && inline_flow && inline_flow->is_object();
    if (has_flow) return ready(branch_to(written(*inline_flow)), deadline);
    const std::string_view id = own_id.empty() ? id_of_document(data) : own_id;
    const std::string* const flow = look_up(work, &Directory::flow, id);
    if (flow != nullptr) return ready(branch_to(*flow), deadline);
    const bool is_document = id.empty() && !text(data, "doc_id").empty();
    return ready(
        give_up(work, is_document
                          ? fmt::format("there is no document \"{}\" with a flow at {} in the "
                                        "directory",
                                        printable(text(data, "doc_id")),
                                        fmt::join(path_of(data, "path"), "."))
                          : fmt::format("there is no flow \"{}\" in the directory", id)),
        deadline);
}

}  // namespace pivot::execute::modules
