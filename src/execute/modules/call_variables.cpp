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

std::optional<json::Value> member_of(json::Value object, std::string_view name)
{
    if (!object.is_object()) return std::nullopt;
    for (const auto [member, value] : object.members()) {
        if (is_same_name(member, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string> find_in(std::string_view object, VariablePath path)
{
    if (object.empty() || path.empty()) return std::nullopt;
    json::Document document(Flow::depth_max);
    const auto read = document.read(object);
    std::optional<json::Value> value;
    if (read) value = *read;
    for (const std::string_view name : path) {
        if (value) value = member_of(*value, name);
    }
    if (!value || value->kind() == json::Kind::null) return std::nullopt;
    return written(*value);
}

std::optional<std::string> channel_variable(const Work& work, VariablePath path)
{
    for (const auto& [variable, value] : work.memory.channel_variables) {
        if (path.size() == 1 && is_same_name(variable, path.front())) return value;
    }
    return find_in(work.call.session().call().custom_channel_vars, path);
}

std::optional<std::string> device_variable(const Work& work, std::string_view id, VariablePath path)
{
    const Device* const device = look_up(work, &Directory::device, id);
    return device == nullptr ? std::nullopt : find_in(device->variables, path);
}

std::optional<std::string> user_variable(const Work& work, std::string_view id, VariablePath path)
{
    const Directory* const directory = work.call.config().directory;
    if (directory == nullptr) return std::nullopt;
    const auto& users = directory->variables().users;
    const auto user = users.find(id);
    return user == users.end() ? std::nullopt : find_in(user->second, path);
}

}  // namespace

std::optional<std::string> variable_in(const Work& work, std::string_view scope, VariablePath path,
                                       std::string_view id)
{
    const Call& call = work.call.session().call();
    if (scope == "device") return device_variable(work, call.authorizing_id, path);
    if (scope == "user") {
        return user_variable(work, call.owner_ids.empty() ? "" : call.owner_ids.front(), path);
    }
    if (scope == "account") {
        const Directory* const directory = work.call.config().directory;
        return directory == nullptr ? std::nullopt : find_in(directory->variables().account, path);
    }
    if (scope == "doc") {
        auto value = user_variable(work, id, path);
        return value ? value : device_variable(work, id, path);
    }
    if (scope == "merged") {
        if (auto value = device_variable(work, call.authorizing_id, path)) return value;
    }
    return channel_variable(work, path);
}

std::string captured_number(const Work& work)
{
    return work.call.session().store().text("cf_capture_group");
}

}  // namespace pivot::execute::modules
