#include "execute/modules/call_variables.hpp"

#include "base/text.hpp"
#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <utility>

namespace pivot::execute::modules {

namespace {

bool is_same_name(std::string_view a, std::string_view b)
{
    const auto plain = [](char c) { return c == '-' ? '_' : lower(c); };
    return std::ranges::equal(a, b, [&](char x, char y) { return plain(x) == plain(y); });
}

std::optional<std::string> member_of(std::string_view object, std::string_view name)
{
    if (object.empty()) return std::nullopt;
    json::Document document(Flow::depth_max);
    const auto value = document.read(object);
    if (!value || !value->is_object()) return std::nullopt;
    for (const auto [member, found] : value->members()) {
        if (!is_same_name(member, name)) continue;
        if (found.kind() == json::Kind::null) return std::nullopt;
        return written(found);
    }
    return std::nullopt;
}

std::optional<std::string> channel_variable(const Work& work, std::string_view name)
{
    for (const auto& [variable, value] : work.memory.channel_variables) {
        if (is_same_name(variable, name)) return value;
    }
    return member_of(work.call.session().call().custom_channel_vars, name);
}

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

}  // namespace

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

std::string captured_number(const Work& work)
{
    return work.call.session().store().text("cf_capture_group");
}

}  // namespace pivot::execute::modules
