#include "exchange/json_object.hpp"

#include "base/json_member.hpp"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace pivot::exchange {

namespace {

void append_change(std::string& object, std::string_view name, json::Value value)
{
    if (value.kind() != json::Kind::null) json::append_member(object, name, value);
}

}  // namespace

std::string merge_objects(std::string_view object, std::string_view changes)
{
    json::Document old_document;
    json::Document new_document;
    const auto known = old_document.read(object.empty() ? "{}" : object);
    const auto changed = new_document.read(changes.empty() ? "{}" : changes);
    if (!known || !changed || !known->is_object() || !changed->is_object()) {
        return std::string(object);
    }
    // Documents write both, with thousands of members perhaps, so there is no search for each.
    std::unordered_map<std::string_view, json::Value> changes_by_name;
    for (const auto [name, value] : changed->members()) changes_by_name.emplace(name, value);
    std::unordered_set<std::string_view> known_names;
    std::string merged;
    for (const auto [name, value] : known->members()) {
        known_names.insert(name);
        const auto change = changes_by_name.find(name);
        append_change(merged, name, change == changes_by_name.end() ? value : change->second);
    }
    for (const auto [name, value] : changed->members()) {
        if (!known_names.contains(name)) append_change(merged, name, value);
    }
    if (!merged.empty()) merged += '}';
    merged.shrink_to_fit();  // a call keeps it
    return merged;
}

}  // namespace pivot::exchange
