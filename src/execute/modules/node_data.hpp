// The members of a node's data. A member that is missing, or of another type, has the default of
// its schema, because a flow from the host may come without defaults.
#pragma once

#include "base/json.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::execute::modules {

using std::chrono::milliseconds;

inline constexpr std::string_view all_keys = "123456789*0#";

// The collection of keys unless a node names another.
inline constexpr std::string_view default_collection = "default";

inline std::string_view text(json::Value data, std::string_view name, std::string_view preset = {})
{
    const auto value = data.find(name);
    return value && value->is_string() ? value->text() : preset;
}

inline std::int64_t number(json::Value data, std::string_view name, std::int64_t preset)
{
    const auto value = data.find(name);
    return value ? value->integer().value_or(preset) : preset;
}

// A day at most.
inline milliseconds time(json::Value data, std::string_view name, milliseconds unit,
                         std::int64_t preset)
{
    const std::int64_t count_max = milliseconds(std::chrono::hours(24)) / unit;
    return unit * std::clamp(number(data, name, preset), std::int64_t{0}, count_max);
}

inline bool is_true(json::Value data, std::string_view name, bool preset = false)
{
    const auto value = data.find(name);
    return value && value->kind() == json::Kind::boolean ? value->is_true() : preset;
}

// The strings of a list, joined: keys.
inline std::string keys(json::Value data, std::string_view name, std::string_view preset)
{
    const auto value = data.find(name);
    if (!value || !value->is_array()) return std::string(preset);
    std::string found;
    for (const auto element : value->elements()) {
        if (element.is_string()) found += element.text();
    }
    return found;
}

// A string, or the strings of a list.
inline std::vector<std::string_view> path_of(json::Value data, std::string_view name)
{
    std::vector<std::string_view> path;
    const auto value = data.find(name);
    if (value && value->is_string()) path.push_back(value->text());
    if (!value || !value->is_array()) return path;
    for (const auto element : value->elements()) {
        if (element.is_string()) path.push_back(element.text());
    }
    return path;
}

// A string as it is, any other value as JSON text.
inline std::string written(json::Value value)
{
    if (value.is_string()) return std::string(value.text());
    std::string out;
    json::append_value(out, value);
    return out;
}

}  // namespace pivot::execute::modules
