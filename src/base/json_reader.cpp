#include "base/json_reader.hpp"

#include "base/near_miss.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::inline base::json {

namespace {

// `"a", "b" or "c"`
std::string list_quoted(std::span<const std::string_view> texts)
{
    std::string list;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) list += i + 1 == texts.size() ? " or " : ", ";
        append_quoted(list, texts[i]);
    }
    return list;
}

// The pointer that ends with `name`, or else the one that is spelled most like it.
std::string_view nearest(std::string_view name, std::span<const std::string> pointers)
{
    const auto ends_with_name = [name](std::string_view at) {
        return at.substr(at.rfind('/') + 1) == name;
    };
    const auto found = std::ranges::find_if(pointers, ends_with_name);
    if (found != pointers.end()) return *found;
    const std::vector<std::string_view> words(pointers.begin(), pointers.end());
    return near_miss(name, words);
}

}  // namespace

ObjectReader::ObjectReader(std::optional<Value> object, std::string at, Breaches& breaches,
                           Nulls nulls)
    : object_(object), at_(std::move(at)), breaches_(&breaches), nulls_(nulls)
{
    if (!object_ || object_->is_object()) return;
    breaches_->add_mismatch(at_, describe(Kind::object), *object_);
    object_.reset();
    is_mistyped_ = true;
}

void ObjectReader::text(std::string_view name, std::string& field, Check check)
{
    const auto value = find(name);
    if (!value) return;
    if (const auto found = checked_text(*value, at_, name, check)) field = *found;
}

std::string_view ObjectReader::text(std::string_view name)
{
    const auto value = find(name);
    return value ? checked_text(*value, at_, name, nullptr).value_or("") : "";
}

void ObjectReader::required_text(std::string_view name, std::string& field, Check check)
{
    const auto value = find(name);
    require(name);
    if (value && value->is_string() && value->text().empty()) return fail(name, "is empty");
    text(name, field, check);
}

void ObjectReader::texts(std::string_view name, std::vector<std::string>& field, Check check)
{
    const auto array = find(name, Kind::array, "an array of strings");
    if (!array) return;
    field.clear();
    for (const Value element : array->elements()) {
        const std::string index = std::to_string(field.size());
        field.emplace_back(checked_text(element, at(name), index, check).value_or(""));
    }
}

void ObjectReader::flag(std::string_view name, bool& field)
{
    if (const auto value = find(name, Kind::boolean)) field = value->is_true();
}

void ObjectReader::object_text(std::string_view name, std::string& field)
{
    const auto value = find(name, Kind::object);
    if (!value) return;
    field.clear();
    append_value(field, *value);
}

ObjectReader ObjectReader::object(std::string_view name)
{
    return {find(name), at(name), *breaches_, nulls_};
}

std::optional<Value> ObjectReader::find(std::string_view name)
{
    constexpr std::size_t names_expected = 32;
    if (known_.empty()) known_.reserve(names_expected);
    if (!is_known(name)) known_.push_back(name);
    if (!object_) return std::nullopt;
    const auto value = object_->find(name);
    const bool is_absent = !value || (nulls_ == Nulls::are_absent && value->kind() == Kind::null);
    return is_absent ? std::nullopt : value;
}

std::optional<Value> ObjectReader::find(std::string_view name, Kind kind, std::string_view expected)
{
    const auto value = find(name);
    if (!value || value->kind() == kind) return value;
    fail_mismatch(name, expected.empty() ? describe(kind) : expected, *value);
    return std::nullopt;
}

std::optional<std::string_view> ObjectReader::checked_text(Value value, std::string_view above,
                                                           std::string_view name, Check check)
{
    if (!value.is_string()) {
        breaches_->add_mismatch(pointer(above, name), describe(Kind::string), value);
        return std::nullopt;
    }
    if (check == nullptr) return value.text();
    auto checked = check(value.text());
    if (checked) return value.text();
    breaches_->add(pointer(above, name), std::move(checked.error()));
    return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t least,
                                                  std::int64_t most)
{
    const auto value = find(name);
    if (!value) return std::nullopt;
    const auto found = value->integer();
    if (found && *found >= least && *found <= most) return found;
    fail_mismatch(name, fmt::format("an integer from {} to {}", least, most), *value);
    return std::nullopt;
}

std::optional<std::size_t> ObjectReader::index(std::string_view name,
                                               std::span<const std::string_view> choices)
{
    const auto value = find(name);
    if (!value) return std::nullopt;
    const auto found = std::ranges::find(choices, value->text());
    if (value->is_string() && found != choices.end()) {
        return static_cast<std::size_t>(found - choices.begin());
    }
    fail_mismatch(name, list_quoted(choices), *value);
    return std::nullopt;
}

void ObjectReader::require(std::string_view name)
{
    if (!find(name) && !is_mistyped_) fail(name, "is missing");
}

void ObjectReader::fail(std::string_view name, std::string error)
{
    breaches_->add(at(name), std::move(error));
}

void ObjectReader::fail_mismatch(std::string_view name, std::string_view expected, Value found,
                                 std::string_view advice)
{
    breaches_->add_mismatch(at(name), expected, found, advice);
}

bool ObjectReader::is_known(std::string_view name) const
{
    return std::ranges::find(known_, name) != known_.end();
}

std::string_view ObjectReader::meant_by(std::string_view name) const
{
    return near_miss(name, known_);
}

void ObjectReader::finish(std::string_view what, std::span<const std::string> elsewhere)
{
    unread([&](std::string_view name, Value) {
        const std::string_view meant = meant_by(name);
        const std::string there(meant.empty() ? nearest(name, elsewhere) : at(meant));
        if (there.empty()) {
            fail(name, fmt::format("is not {}: use one of {}", what, fmt::join(known_, ", ")));
        } else {
            fail(name, fmt::format("is not {}: did you mean {}?", what, there));
        }
    });
}

}  // namespace pivot::inline base::json
