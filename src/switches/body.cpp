#include "switches/body.hpp"

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace pivot::switches {

namespace {

void append_text(std::string& json, std::string_view text)
{
    is_valid_utf8(text) ? json::append_quoted(json, text)
                        : json::append_quoted(json, to_valid_utf8(text));
}

}  // namespace

void Body::begin(std::string_view name)
{
    json_ += json_.empty() ? '{' : ',';
    json::append_quoted(json_, name);
    json_ += ':';
}

Body& Body::add(std::string_view name, std::string_view text)
{
    begin(name);
    append_text(json_, text);
    return *this;
}

Body& Body::add(std::string_view name, std::int64_t number)
{
    begin(name);
    json_ += std::to_string(number);
    return *this;
}

Body& Body::add(std::string_view name, bool flag)
{
    begin(name);
    json_ += flag ? "true" : "false";
    return *this;
}

Body& Body::add_list(std::string_view name, std::initializer_list<std::string_view> texts)
{
    begin(name);
    char separator = '[';
    for (const std::string_view text : texts) {
        json_ += std::exchange(separator, ',');
        append_text(json_, text);
    }
    json_ += ']';
    return *this;
}

Body& Body::add_object(std::string_view name, const Variables& variables)
{
    Body object;
    for (const auto& [key, value] : variables) object.add(key, std::string_view(value));
    return add_json(name, object.take());
}

Body& Body::add_json(std::string_view name, std::string_view json)
{
    begin(name);
    json_ += json;
    return *this;
}

}  // namespace pivot::switches
