#include "execute/modules/facts.hpp"

#include "base/text.hpp"
#include "execute/modules/data.hpp"

#include <algorithm>

namespace pivot::execute::modules {

namespace {

bool is_same_name(std::string_view a, std::string_view b)
{
    const auto plain = [](char c) { return c == '-' ? '_' : lower(c); };
    return std::ranges::equal(a, b, [&](char x, char y) { return plain(x) == plain(y); });
}

}  // namespace

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

std::string captured_number(const Work& work)
{
    return member_of(work.call.session().call().key_value_store, "cf_capture_group").value_or("");
}

}  // namespace pivot::execute::modules
