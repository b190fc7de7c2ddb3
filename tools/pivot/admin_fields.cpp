#include "pivot/admin_fields.hpp"

namespace pivot::tools {

std::string text_of(json::Value object, std::string_view name)
{
    const auto found = object.find(name);
    if (!found) return {};
    if (found->is_string()) return std::string(found->text());
    std::string text;
    json::append_value(text, *found);
    return text;
}

std::int64_t number_of(json::Value object, std::string_view name)
{
    const auto found = object.find(name);
    return found ? found->integer().value_or(0) : 0;
}

bool is_true(json::Value object, std::string_view name)
{
    const auto found = object.find(name);
    return found && found->is_true();
}

}  // namespace pivot::tools
