#include "callflow/checker.hpp"

#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "callflow/form.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace pivot::callflow {

namespace {

// In a hostile document, every pointer may be as long as the document.
constexpr std::size_t error_bytes_max = 1 << 20;
constexpr std::size_t quoted_bytes_max = 64;

// `the string "20"`, `20.0`, `null`, `an array` and so on, for messages.
std::string describe_found(json::Value value)
{
    if (value.is_string()) return "the string " + quote(value.text());
    if (value.is_array() || value.is_object()) return std::string(json::describe(value.kind()));
    return std::string(value.text().substr(0, quoted_bytes_max));
}

// An integer as JSON writes it.
bool is_integer(std::string_view text)
{
    if (text.starts_with('-')) text.remove_prefix(1);
    return matches(Form::digits, text) && (text.size() == 1 || text.front() != '0');
}

// Whether a string holds a number or boolean that the rule would accept.
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

std::string list_choices(std::string_view choices, bool are_strings)
{
    std::string out;
    while (!choices.empty()) {
        if (!out.empty()) out += ", ";
        if (are_strings) out += '"';
        out += take_until(choices, ' ');
        if (are_strings) out += '"';
    }
    return out;
}

constexpr std::size_t warnings_max = 100;

// A search for the name that was meant takes a while, and a document may need any number of them.
constexpr std::size_t hints_max = 32;

// Whether `req_timeout` of a pivot node is usable. KAZOO's consoles write seconds, as a number or
// as text.
bool is_timeout(json::Value value)
{
    if (value.is_array() || value.is_object()) return false;
    const auto seconds = parse_number<double>(value.text());
    return seconds && *seconds >= 0.001 && *seconds <= 5;
}

Properties variant_of(json::Value object, const Rule& rule)
{
    if (rule.variants.empty()) return {};
    const auto key = object.find(rule.variant_key);
    if (!key || !key->is_string()) return {};
    const auto found = std::ranges::find(rule.variants, key->text(), &Variant::name);
    return found != rule.variants.end() ? found->properties : Properties();
}

}  // namespace

void Checker::start(json::Value value, std::string& out)
{
    writer_.start(out, json::room_for(value));
    path_.clear();
    errors_.clear();
    warnings_.clear();
    warning_bytes_ = 0;
    hint_count_ = 0;
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
            return writer_.add_scalar(value);
        case json::Kind::integer:
            if (!rule.choices.empty()) check_choice(value, rule);
            check_integer(value.text(), rule);
            return writer_.add_scalar(value);
        case json::Kind::null:
        case json::Kind::boolean:
        case json::Kind::decimal: return writer_.add_scalar(value);
        case json::Kind::array: return check_array(value, rule);
        case json::Kind::object: return check_object(value, rule);
    }
}

void Checker::check_data(std::optional<json::Value> data, const Module& module)
{
    const Mark before = mark();
    const bool is_new = module.differences.is_new;
    check_as(is_new ? Generation::five : Generation::four, data, module);
    const std::size_t count = errors_since(before);
    if (count == 0 || is_new) return;
    go_back_to(before);
    check_as(Generation::five, data, module);
    if (errors_since(before) <= count) return;
    go_back_to(before);
    check_as(Generation::four, data, module);
}

void Checker::check_as(Generation generation, std::optional<json::Value> data, const Module& module)
{
    generation_ = generation;
    module_ = module.name;
    if (data) {
        check(*data, module.data);
    } else {
        writer_.open('{');
        path_.open();
        add_missing(module.properties, 0);
        path_.close();
        writer_.close('}');
    }
    const bool is_object = !data || data->is_object();
    if (generation == Generation::five && is_object) check_either(data, module.differences.either);
    module_ = "";
    generation_ = Generation::four;
}

// Whether the data has exactly one of these: keys, or several joined by `+`.
void Checker::check_either(std::optional<json::Value> data, std::string_view either)
{
    if (either.empty()) return;
    const auto is_there = [&](std::string_view keys) {
        while (!keys.empty()) {
            if (!data || !data->find(take_until(keys, '+'))) return false;
        }
        return true;
    };
    std::string_view first_there;
    path_.open();
    for (std::string_view rest = either; !rest.empty();) {
        const std::string_view keys = take_until(rest, ' ');
        if (!is_there(keys)) continue;
        path_.look_at(keys.substr(0, keys.find('+')));
        if (first_there.empty()) {
            first_there = keys;
        } else {
            fail(fmt::format("is not allowed beside {}", first_there));
        }
    }
    if (first_there.empty()) {
        path_.look_at(either.substr(0, either.find_first_of(" +")));
        std::string_view others = either;
        take_until(others, ' ');
        fail(fmt::format("is required, if there is no {}", others));
    }
    path_.close();
}

Checker::Mark Checker::mark() const
{
    return {writer_.size(), errors_.size(), error_count_, error_bytes_, warnings_.size()};
}

void Checker::go_back_to(const Mark& mark)
{
    writer_.cut(mark.out_bytes);
    errors_.resize(mark.errors);
    error_count_ = mark.error_count;
    error_bytes_ = mark.error_bytes;
    warnings_.resize(mark.warnings);
}

// Leaves no trace if the value does not match.
bool Checker::passes(json::Value value, const Rule& rule)
{
    const Mark before = mark();
    check(value, rule);
    if (errors_since(before) == 0) return true;
    go_back_to(before);
    return false;
}

void Checker::check_mistyped(json::Value value, const Rule& rule)
{
    const bool can_be_coerced = is_coercible(value, rule);
    if (rule.takes(json::Kind::object) && !can_be_coerced)
        return fail_kind(value, describe_kinds(rule));
    if (!can_be_coerced || !rules_.coerce_types) {
        return fail(fmt::format("must be {}, not {}{}", describe_kinds(rule), describe_found(value),
                                can_be_coerced ? " (coerce_types would accept it)" : ""));
    }
    if (rule.takes(json::Kind::integer)) {
        if (!rule.choices.empty()) check_choice(value, rule);
        check_integer(value.text(), rule);
    }
    writer_.add_json(value.text());
}

void Checker::check_string(std::string_view text, const Rule& rule)
{
    constexpr std::size_t character_bytes_max = 4;
    const std::size_t characters_min =
        (text.size() + character_bytes_max - 1) / character_bytes_max;
    if (characters_min < rule.size_min || text.size() > rule.size_max) {
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
        return equals_ignoring_case(denied, host);
    };
    if (!std::ranges::any_of(rules_.hosts_denied, is_host)) return;
    if (!rules_.admits || !rules_.admits(url)) {
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
    if (has_word(rule.choices, value.text())) return;
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
    if (rule.element == nullptr) return writer_.add(array);
    writer_.open('[');
    path_.open();
    std::size_t index = 0;
    for (const json::Value element : array.elements()) {
        path_.look_at(index++);
        check(element, *rule.element);
    }
    path_.close();
    writer_.close(']');
    check_size(index, "element", rule);
    if (rule.is_unique) check_unique(array);
}

// Lists of unique elements are lists of strings; any other element has an error for its type.
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
    const Properties variant = variant_of(object, rule);
    std::uint64_t present = 0;
    std::uint64_t present_of_variant = 0;
    writer_.open('{');
    path_.open();
    const json::Members members = object.members();
    for (auto member = members.begin(); member != members.end(); ++member) {
        const std::string_view name = text_of(member.name());
        writer_.add_name(member.name());
        path_.look_at(name);
        if (const Property* const property = rule.properties.find(name, generation_)) {
            present |= rule.properties.bit_of(*property);
            if (property->rule.is_unread) warn_unread(member.value(), property->rule);
            check(member.value(), property->rule);
        } else if (const Property* const other = variant.find(name, generation_)) {
            present_of_variant |= variant.bit_of(*other);
            check(member.value(), other->rule);
        } else if (rule.member == nullptr) {
            write_unlisted(name, member.value(), rule, variant);
        } else if (!matches(rule.member_form, name)) {
            fail(fmt::format("is not allowed: a name here is {}", describe(rule.member_form)));
        } else {
            check(member.value(), *rule.member);
        }
    }
    add_missing(rule.properties, present);
    add_missing(variant, present_of_variant);
    path_.close();
    writer_.close('}');
}

void Checker::write_unlisted(std::string_view name, json::Value value, const Rule& rule,
                             const Properties& variant)
{
    const Property* const newer = rule.properties.find(name, Generation::five);
    if (newer == nullptr) {
        warn_unknown(name, value, rule, variant);
    } else if (newer->rule.is_unread) {
        warn_unread(value, newer->rule);
    }
    writer_.add(value);
}

void Checker::check_member(std::string_view name, json::Value value, const Properties& properties)
{
    const Property* const property = properties.find(name, Generation::four);
    if (property != nullptr) return check(value, property->rule);
    write_unlisted(name, value, object.with(properties), {});
}

void Checker::add_missing(const Properties& properties, std::uint64_t present)
{
    for (auto missing = properties.expected(generation_) & ~present; missing != 0;
         missing &= missing - 1) {
        const Property& property = properties.begin()[std::countr_zero(missing)];
        if (property.rule.preset) {
            add_default(property);
        } else {
            fail_missing(property.name);
        }
    }
}

void Checker::add_default(const Property& property)
{
    if (!property.rule.takes(json::Kind::object)) {
        writer_.add_name(property.name);
        if (property.rule.takes(json::Kind::string)) {
            writer_.add_string(*property.rule.preset);
        } else {
            writer_.add_json(*property.rule.preset);
        }
        // A default is checked against its rule. Only one does not match.
        if (*property.rule.preset == "[]") {
            path_.look_at(property.name);
            check_size(0, "element", property.rule);
        }
        return;
    }
    assert(*property.rule.preset == "{}");
    writer_.add_name(property.name);
    path_.look_at(property.name);
    writer_.open('{');
    path_.open();
    add_missing(property.rule.properties, 0);
    path_.close();
    writer_.close('}');
}

// A value that equals the default, or is empty, changes nothing.
void Checker::warn_unread(json::Value value, const Rule& rule)
{
    const bool is_object = value.is_object();
    const bool is_list = value.is_array();
    const bool is_empty = is_list && value.elements().begin() == value.elements().end();
    if (is_empty || (!is_list && !is_object && value.text() == rule.preset)) return;
    warn("is read by KAZOO, but ignored when Pivot runs the flow");
}

// Warns of a member that is not among the properties of its object.
void Checker::warn_unknown(std::string_view name, json::Value value, const Rule& rule,
                           const Properties& variant)
{
    if (warnings_.size() >= warnings_max) return;
    const bool takes_any = rule.properties.begin() == rule.properties.end();
    if (module_.empty() || takes_any || rule.alternative != nullptr) return;
    if (module_ == "pivot" && name == "req_timeout") return warn_of_timeout(value);
    if (module_ == "pivot" && (name == "fallback_url" || name == "fallback_method")) return;
    std::vector<std::string_view> known;
    for (const Property& property : rule.properties) known.push_back(property.name);
    for (const Property& property : variant) known.push_back(property.name);
    warn_unknown(name, module_, meant_by(name, known));
}

std::string_view Checker::meant_by(std::string_view name, std::span<const std::string_view> known)
{
    return hint_count_++ < hints_max ? near_miss(name, known) : std::string_view();
}

void Checker::warn_unknown(std::string_view name, std::string_view whose, std::string_view meant)
{
    warn(fmt::format(
        "{} is not a key of {}{}", quote(name), whose,
        meant.empty() ? ", and is ignored" : fmt::format(": did you mean {}?", quote(meant))));
}

void Checker::warn_of_timeout(json::Value value)
{
    if (is_timeout(value)) return;
    warn(fmt::format("{} is not a time from 0.001 to 5 seconds: the longest allowed time is used",
                     describe_found(value)));
}

void Checker::warn(std::string warning)
{
    if (warnings_.size() >= warnings_max || warning_bytes_ >= error_bytes_max) return;
    warnings_.push_back({path_.pointer(), std::move(warning)});
    warning_bytes_ += warnings_.back().at.size() + warnings_.back().error.size();
}

void Checker::fail(std::string error)
{
    ++error_count_;
    if (errors_.size() >= rules_.errors_max || error_bytes_ >= error_bytes_max) return;
    errors_.push_back({path_.pointer(), std::move(error)});
    error_bytes_ += errors_.back().at.size() + errors_.back().error.size();
}

void Checker::fail_missing(std::string_view name)
{
    path_.look_at(name);
    fail("is required");
}

void Checker::fail_kind(json::Value value, std::string_view expected)
{
    const bool is_php = value.is_array() && value.elements().begin() == value.elements().end();
    fail(fmt::format(
        "must be {}, not {}{}", expected, describe_found(value),
        is_php ? " (an empty array() of PHP becomes []: use new stdClass, which becomes {})" : ""));
}

std::string quote(std::string_view text)
{
    std::string out;
    if (text.size() <= quoted_bytes_max) {
        json::append_quoted(out, text);
        return out;
    }
    json::append_quoted(out, cut_utf8(text, quoted_bytes_max));
    out.insert(out.size() - 1, "…");
    return out;
}

}  // namespace pivot::callflow
