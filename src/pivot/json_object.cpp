#include "pivot/json_object.hpp"

#include "base/json.hpp"

namespace pivot {

namespace {

void append_member(std::string& out, std::string_view name, json::Value value)
{
    if (value.kind() == json::Kind::null) return;
    out += out.empty() ? '{' : ',';
    json::append_quoted(out, name);
    out += ':';
    json::append_value(out, value);
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
    std::string merged;
    for (const auto [name, value] : known->members()) {
        append_member(merged, name, changed->find(name).value_or(value));
    }
    for (const auto [name, value] : changed->members()) {
        if (!known->find(name)) append_member(merged, name, value);
    }
    if (!merged.empty()) merged += '}';
    merged.shrink_to_fit();  // a call keeps it
    return merged;
}

}  // namespace pivot
