// branch_bnumber: branches by the digits that the callflow's pattern captured.
#include "execute/modules/call_variables.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

bool may_hunt(json::Value data, const Work& work, std::string_view number)
{
    const auto matches = [&](std::string_view name) -> std::optional<bool> {
        const std::string_view written_pattern = text(data, name);
        if (written_pattern.empty()) return std::nullopt;
        const auto pattern = Pattern::compile(written_pattern);
        if (pattern) return pattern->matches(number);
        work.warn(fmt::format("{}: {}", name, pattern.error()));
        return std::nullopt;
    };
    const bool has_rule = !text(data, "hunt_allow").empty();
    const bool is_allowed = matches("hunt_allow").value_or(!has_rule);
    return is_allowed && !matches("hunt_deny").value_or(false);
}

}  // namespace

Task<ModuleEnd> branch_bnumber(Work work, json::Value data, Deadline& deadline)
{
    const std::string number = captured_number(work);
    if (number.empty()) {
        return ready(go_on_because("the callflow captured no number"), deadline);
    }
    if (!is_true(data, "hunt")) return ready(go_on(number), deadline);
    const std::string* const flow = look_up(work, &Directory::flow_of_number, number);
    if (flow == nullptr) {
        return ready(go_on_because(fmt::format("there is no flow for {}", number)), deadline);
    }
    if (!may_hunt(data, work, number)) {
        return ready(go_on_because(fmt::format("{} may not be hunted for", number)), deadline);
    }
    return ready(branch_to(*flow), deadline);
}

}  // namespace pivot::execute::modules
