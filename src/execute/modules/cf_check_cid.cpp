// check_cid: branches by the caller's number.
#include "execute/modules/caller_id.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <string>

namespace pivot::execute::modules {

Task<ModuleEnd> check_cid(Work work, json::Value data, Deadline& deadline)
{
    const std::string caller_number = work.call.session().call().caller_id_number;
    if (is_true(data, "use_absolute_mode")) return ready(go_on(caller_number), deadline);
    const auto pattern = Pattern::compile(text(data, "regex", ".*"));
    if (!pattern) return ready(give_up(work, pattern.error()), deadline);
    if (!pattern->matches(caller_number)) return ready(go_on("nomatch"), deadline);
    const auto replaced = data.find("caller_id");
    if (const auto external = replaced ? replaced->find("external") : std::nullopt) {
        const CallerId caller_id = caller_id_of(*external);
        if (!caller_id.name.empty() || !caller_id.number.empty()) take_caller_id(work, caller_id);
    }
    return ready(go_on("match"), deadline);
}

}  // namespace pivot::execute::modules
