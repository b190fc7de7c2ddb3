// Variables of the call, and branches by them.
#include "execute/modules/data.hpp"
#include "execute/modules/facts.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/name_in.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

std::optional<std::string> device_variable(const Work& work, std::string_view name)
{
    const std::string& id = work.call.session().call().authorizing_id;
    const Device* const device = look_up(work, &Directory::device, id);
    return device == nullptr ? std::nullopt : member_of(device->variables, name);
}

std::optional<std::string> user_variable(const Work& work, std::string_view name)
{
    const Directory* const directory = work.call.config().directory;
    const auto& owners = work.call.session().call().owner_ids;
    if (directory == nullptr || owners.empty()) return std::nullopt;
    const auto& users = directory->variables().users;
    const auto user = users.find(owners.front());
    return user == users.end() ? std::nullopt : member_of(user->second, name);
}

std::optional<std::string> variable_in(const Work& work, std::string_view scope,
                                       std::string_view name)
{
    if (scope == "device") return device_variable(work, name);
    if (scope == "user") return user_variable(work, name);
    if (scope == "account") {
        const Directory* const directory = work.call.config().directory;
        return directory == nullptr ? std::nullopt
                                    : member_of(directory->variables().account, name);
    }
    if (scope == "merged") {
        if (auto value = device_variable(work, name)) return value;
    }
    return channel_variable(work, name);
}

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
        return at_once(go_on_because("the callflow has captured no number"), deadline);
    }
    if (!is_true(data, "hunt")) return at_once(go_on(number), deadline);
    const std::string* const flow = look_up(work, &Directory::flow_of_number, number);
    if (flow == nullptr || !may_hunt(data, work, number)) {
        return at_once(go_on_because(fmt::format("{} has no flow to go to", number)), deadline);
    }
    return at_once(branch_to(*flow), deadline);
}

Task<ModuleEnd> branch_variable(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view name = text(data, "variable");
    const auto value = variable_in(work, text(data, "scope", "custom_channel_vars"), name);
    if (!value) return at_once(go_on_because(fmt::format("there is no {}", name)), deadline);
    return at_once(go_on(*value), deadline);
}

Task<ModuleEnd> set_variable(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view name = text(data, "variable");
    const std::string_view value = text(data, "value");
    std::string_view channel_name;
    if (name == "call_priority") channel_name = "Call-Priority";
    if (name == "group_id") channel_name = "Group-ID";
    if (channel_name.empty() || value.empty()) {
        work.warn(fmt::format("\"{}\" is not set: there are call_priority and group_id",
                              printable(name)));
        return at_once(go_on(), deadline);
    }
    remember(work.memory, channel_name, value);
    work.call.channel().set_variable(VariableName::of(channel_name), OpaqueText(value),
                                     text(data, "channel") == "both");
    return at_once(go_on(), deadline);
}

Task<ModuleEnd> set_variables(Work work, json::Value data, Deadline& deadline)
{
    const auto variables = data.find("custom_application_vars");
    if (!variables || !variables->is_object()) {
        return at_once(give_up(work, "there are no custom_application_vars"), deadline);
    }
    work.call.session().set_application_variables(written(*variables));
    const bool is_exported = is_true(data, "export");
    for (const auto [name, value] : variables->members()) {
        const auto variable = name_of<VariableName>(work, "a variable", name);
        if (variable.empty()) continue;
        work.call.channel().set_variable(variable, OpaqueText(written(value)), is_exported);
    }
    return at_once(go_on(), deadline);
}

}  // namespace pivot::execute::modules
