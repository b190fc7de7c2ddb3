#include "callflow/checker.hpp"

#include "callflow/form.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace pivot::callflow {

namespace {

// Pointers of a hostile document may be as long as itself, each of them.
constexpr std::size_t error_bytes_max = 1 << 20;
constexpr std::size_t quoted_bytes_max = 64;

// `the string "20"`, `20.0`, `null`, `an array`: for messages.
std::string describe_found(json::Value value)
{
    if (value.is_string()) return "the string " + quote(value.text());
    if (value.is_array() || value.is_object()) return std::string(json::describe(value.kind()));
    return std::string(value.text().substr(0, quoted_bytes_max));
}

// As JSON writes them.
bool is_integer(std::string_view text)
{
    if (text.starts_with('-')) text.remove_prefix(1);
    return matches(Form::digits, text) && (text.size() == 1 || text.front() != '0');
}

// The number or boolean that a string holds and the rule would take.
bool is_coercible(json::Value value, const Rule& rule)
{
    if (!value.is_string()) return false;
    if (rule.takes(json::Kind::integer) && is_integer(value.text())) return true;
    return rule.takes(json::Kind::boolean) && (value.text() == "true" || value.text() == "false");
}

std::string describe_kinds(const Rule& rule)
{
    std::string out;
    for (const json::Kind kind : {json::Kind::boolean, json::Kind::integer, json::Kind::string,
                                  json::Kind::array, json::Kind::object}) {
        if (!rule.takes(kind)) continue;
        if (!out.empty()) out += " or ";
        out += json::describe(kind);
    }
    return out;
}

bool is_choice(std::string_view text, std::string_view choices)
{
    while (!choices.empty()) {
        const std::size_t end = std::min(choices.find(' '), choices.size());
        if (choices.substr(0, end) == text) return true;
        choices.remove_prefix(std::min(end + 1, choices.size()));
    }
    return false;
}

std::string list_choices(std::string_view choices, bool are_strings)
{
    std::string out;
    while (!choices.empty()) {
        const std::size_t end = std::min(choices.find(' '), choices.size());
        if (!out.empty()) out += ", ";
        if (are_strings) out += '"';
        out += choices.substr(0, end);
        if (are_strings) out += '"';
        choices.remove_prefix(std::min(end + 1, choices.size()));
    }
    return out;
}

const Property* find(std::span<const Property> properties, std::string_view name)
{
    const auto found = std::ranges::find(properties, name, &Property::name);
    return found != properties.end() ? &*found : nullptr;
}

std::span<const Property> variant_of(json::Value object, const Rule& rule)
{
    if (rule.variants.empty()) return {};
    const auto key = object.find(rule.variant_key);
    if (!key || !key->is_string()) return {};
    const auto found = std::ranges::find(rule.variants, key->text(), &Variant::name);
    return found != rule.variants.end() ? found->properties : std::span<const Property>{};
}

// The properties that an object has, a bit for each.
class Presence {
public:
    explicit Presence(std::span<const Property> properties) : properties_(properties)
    {
        assert(properties.size() <= 64);
    }

    // The property with this name, which is noted; null: there is none.
    const Property* note(std::string_view name)
    {
        const Property* const property = find(properties_, name);
        if (property != nullptr) bits_ |= std::uint64_t{1} << (property - properties_.data());
        return property;
    }

    std::span<const Property> properties() const { return properties_; }
    std::uint64_t bits() const { return bits_; }

private:
    std::span<const Property> properties_;
    std::uint64_t bits_ = 0;
};

}  // namespace

void Checker::start(std::string& out)
{
    out_ = &out;
    path_.clear();
    errors_.clear();
    error_count_ = 0;
    error_bytes_ = 0;
}

void Checker::check(json::Value value, const Rule& rule)
{
    if (rule.alternative != nullptr && passes(value, *rule.alternative)) return;
    if (!rule.takes(value.kind())) return check_mistyped(value, rule);
    switch (value.kind()) {
        case json::Kind::string:
            if (!rule.choices.empty()) check_choice(value, rule);
            check_string(value.text(), rule);
            json::append_quoted(*out_, value.text());
            return;
        case json::Kind::integer:
            if (!rule.choices.empty()) check_choice(value, rule);
            check_integer(value.text(), rule);
            *out_ += value.text();
            return;
        case json::Kind::null:
        case json::Kind::boolean:
        case json::Kind::decimal: *out_ += value.text(); return;
        case json::Kind::array: return check_array(value, rule);
        case json::Kind::object: return check_object(value, rule);
    }
}

// Leaves no trace where the value does not pass.
bool Checker::passes(json::Value value, const Rule& rule)
{
    const std::size_t out_bytes = out_->size();
    const std::size_t kept = errors_.size();
    const std::size_t error_count = error_count_;
    const std::size_t error_bytes = error_bytes_;
    check(value, rule);
    if (error_count_ == error_count) return true;
    out_->resize(out_bytes);
    errors_.resize(kept);
    error_count_ = error_count;
    error_bytes_ = error_bytes;
    return false;
}

void Checker::check_mistyped(json::Value value, const Rule& rule)
{
    const bool can_be_coerced = is_coercible(value, rule);
    if (!can_be_coerced || !rules_.coerce_types) {
        return fail(fmt::format("must be {}, not {}{}", describe_kinds(rule), describe_found(value),
                                can_be_coerced ? " (coerce_types would accept it)" : ""));
    }
    if (rule.takes(json::Kind::integer)) {
        if (!rule.choices.empty()) check_choice(value, rule);
        check_integer(value.text(), rule);
    }
    *out_ += value.text();
}

void Checker::check_string(std::string_view text, const Rule& rule)
{
    if (rule.size_min > 0 || text.size() > rule.size_max) {
        check_size(count_characters(text), "character", rule);
    }
    if (!matches(rule.form, text)) {
        fail(fmt::format("must be {}, not {}", describe(rule.form), quote(text)));
    } else if (rule.is_url) {
        check_url(text);
    }
}

void Checker::check_url(std::string_view url)
{
    if (!is_web_url(url))
        return fail(fmt::format("must be an http or https URL, not {}", quote(url)));
    const std::string_view host = host_of(url);
    const auto is_host = [&](const std::string& denied) {
        return equal_ignoring_case(denied, host);
    };
    if (std::ranges::any_of(rules_.hosts_denied, is_host)) {
        fail(fmt::format("must not be a URL of the host {}", quote(host)));
    }
}

void Checker::check_integer(std::string_view text, const Rule& rule)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) {
        number = text.starts_with('-') ? std::numeric_limits<std::int64_t>::min()
                                       : std::numeric_limits<std::int64_t>::max();
    }
    if (number < rule.minimum) {
        fail(fmt::format("must be at least {}, not {}", rule.minimum,
                         text.substr(0, quoted_bytes_max)));
    } else if (number > rule.maximum) {
        fail(fmt::format("must be at most {}, not {}", rule.maximum,
                         text.substr(0, quoted_bytes_max)));
    }
}

void Checker::check_choice(json::Value value, const Rule& rule)
{
    if (is_choice(value.text(), rule.choices)) return;
    const bool are_strings = rule.takes(json::Kind::string);
    fail(fmt::format("must be one of {}, not {}", list_choices(rule.choices, are_strings),
                     are_strings ? quote(value.text()) : value.text().substr(0, quoted_bytes_max)));
}

void Checker::check_size(std::size_t size, std::string_view unit, const Rule& rule)
{
    if (size >= rule.size_min && size <= rule.size_max) return;
    const bool is_short = size < rule.size_min;
    const std::size_t limit = is_short ? rule.size_min : rule.size_max;
    const std::string_view bound = rule.size_min == rule.size_max ? "exactly"
                                   : is_short                     ? "at least"
                                                                  : "at most";
    fail(fmt::format("must have {} {} {}{}, not {}", bound, limit, unit, limit == 1 ? "" : "s",
                     size));
}

void Checker::check_array(json::Value array, const Rule& rule)
{
    if (rule.element == nullptr) return json::append_value(*out_, array);
    *out_ += '[';
    std::size_t index = 0;
    for (const json::Value element : array.elements()) {
        if (index > 0) *out_ += ',';
        enter(index++);
        check(element, *rule.element);
        leave();
    }
    *out_ += ']';
    check_size(index, "element", rule);
    if (rule.is_unique) check_unique(array);
}

// Lists that have to be unique are lists of strings; others have an error for their type.
void Checker::check_unique(json::Value array)
{
    elements_.clear();
    for (const json::Value element : array.elements()) {
        if (element.is_string()) elements_.push_back(element.text());
    }
    std::ranges::sort(elements_);
    const auto twice = std::ranges::adjacent_find(elements_);
    if (twice != elements_.end()) fail(fmt::format("must not have {} twice", quote(*twice)));
}

void Checker::check_object(json::Value object, const Rule& rule)
{
    Presence own(rule.properties);
    Presence variant(variant_of(object, rule));
    *out_ += '{';
    for (const auto [name, value] : object.members()) {
        append_name(name);
        const Property* property = own.note(name);
        if (property == nullptr) property = variant.note(name);
        enter(name);
        if (property != nullptr) {
            check(value, property->rule);
        } else if (rule.member == nullptr) {
            json::append_value(*out_, value);
        } else if (!matches(rule.member_form, name)) {
            fail(fmt::format("is not allowed: a name here is {}", describe(rule.member_form)));
        } else {
            check(value, *rule.member);
        }
        leave();
    }
    append_missing(own.properties(), own.bits());
    append_missing(variant.properties(), variant.bits());
    *out_ += '}';
}

void Checker::append_name(std::string_view name)
{
    if (out_->back() != '{') *out_ += ',';
    json::append_quoted(*out_, name);
    *out_ += ':';
}

void Checker::append_missing(std::span<const Property> properties, std::uint64_t present)
{
    for (const Property& property : properties) {
        const bool is_present = (present & 1) != 0;
        present >>= 1;
        if (is_present) continue;
        if (property.rule.preset) {
            append_default(property);
        } else if (property.rule.is_required) {
            fail_missing(property.name);
        }
    }
}

void Checker::append_default(const Property& property)
{
    append_name(property.name);
    const std::string_view preset = *property.rule.preset;
    if (property.rule.takes(json::Kind::string)) {
        json::append_quoted(*out_, preset);
        return;
    }
    enter(property.name);
    if (property.rule.takes(json::Kind::object)) {
        assert(preset == "{}");
        *out_ += '{';
        append_missing(property.rule.properties, 0);
        *out_ += '}';
    } else {
        *out_ += preset;
        // A default has to keep to its rule. Only one does not.
        if (preset == "[]") check_size(0, "element", property.rule);
    }
    leave();
}

void Checker::fail(std::string error)
{
    ++error_count_;
    if (errors_.size() >= rules_.errors_max || error_bytes_ >= error_bytes_max) return;
    errors_.push_back({pointer(), std::move(error)});
    error_bytes_ += errors_.back().at.size() + errors_.back().error.size();
}

void Checker::fail_missing(std::string_view name)
{
    enter(name);
    fail("is required");
    leave();
}

void Checker::fail_kind(json::Value value, std::string_view expected)
{
    fail(fmt::format("must be {}, not {}", expected, describe_found(value)));
}

std::string Checker::pointer() const
{
    std::string pointer;
    for (const Step& step : path_) {
        if (step.is_index) {
            fmt::format_to(std::back_inserter(pointer), "/{}", step.index);
        } else {
            json::append_pointer(pointer, step.name);
        }
    }
    return pointer;
}

std::string quote(std::string_view text)
{
    std::string out;
    if (text.size() <= quoted_bytes_max) {
        json::append_quoted(out, text);
        return out;
    }
    std::size_t size = quoted_bytes_max;
    while ((static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    json::append_quoted(out, text.substr(0, size));
    out.insert(out.size() - 1, "…");
    return out;
}

}  // namespace pivot::callflow
