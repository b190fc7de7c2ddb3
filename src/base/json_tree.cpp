#include "base/json_tree.hpp"

#include "base/json_string.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>

namespace pivot::inline base::json {

namespace {

// Cheap, because every name is hashed; equal hashes only cost a closer look.
std::uint64_t hash_of(const Entry& name)
{
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;  // 2^64 divided by the golden ratio
    if (name.size == 0) return 0;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(name.text[at]); };
    return ((name.size * 31 + byte(0)) * 31 + byte(name.size / 2) * 961 + byte(name.size - 1)) *
           odd;
}

bool is_opening(char c)
{
    return c == '{' || c == '[';
}
char closing_of(char opening)
{
    return opening == '{' ? '}' : ']';
}

const char* skip_digits(const char* at, const char* end)
{
    while (at != end && is_digit(*at)) ++at;
    return at;
}

// The grammar of RFC 8259, section 6. simdjson would limit the size of numbers as well.
std::optional<Kind> number_kind(std::string_view token)
{
    const char* at = token.data();
    const char* const end = at + token.size();
    Kind kind = Kind::integer;
    if (at != end && *at == '-') ++at;
    if (at == end || !is_digit(*at)) return std::nullopt;
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    if (at != end && *at == '.') {
        kind = Kind::decimal;
        const char* const fraction = at + 1;
        at = skip_digits(fraction, end);
        if (at == fraction) return std::nullopt;
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        kind = Kind::decimal;
        ++at;
        if (at != end && (*at == '+' || *at == '-')) ++at;
        const char* const exponent = at;
        at = skip_digits(exponent, end);
        if (at == exponent) return std::nullopt;
    }
    return at == end ? std::optional(kind) : std::nullopt;
}

// The kind of a token that is neither a string nor a bracket.
std::optional<Kind> scalar_kind(std::string_view token)
{
    if (token == "null") return Kind::null;
    if (token == "true" || token == "false") return Kind::boolean;
    return number_kind(token);
}

simdjson::error_code scalar_error(std::string_view token)
{
    const bool is_number = token.front() == '-' || is_digit(token.front());
    return is_number ? simdjson::NUMBER_ERROR : simdjson::T_ATOM_ERROR;
}

Entry value_entry(Kind kind, std::string_view token)
{
    return {.text = token.data(),
            .size = static_cast<std::uint32_t>(token.size()),
            .kind = kind,
            .role = Role::value,
            .has_escapes = false};
}

// Closes `container`: its end is the next entry.
Entry end_of(Entry& container, const Entry* end, const char* bracket)
{
    container.size = static_cast<std::uint32_t>(end + 1 - &container);
    return {.text = bracket,
            .size = 1,
            .kind = container.kind,
            .role = Role::end,
            .has_escapes = false};
}

}  // namespace

simdjson::error_code Tree::read(std::string_view text, std::span<const std::uint32_t> tokens)
{
    start(text, tokens.size());
    const char first = text[tokens.front()];
    if (!is_opening(first)) return read_lone(tokens);
    if (text[tokens.back()] != closing_of(first)) return simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    return read_container(tokens);
}

// Each token becomes at most one entry, and no string is longer without its escapes.
void Tree::start(std::string_view text, std::size_t token_count)
{
    text_ = text;
    if (entries_.size() < token_count) entries_.resize(token_count);
    const std::size_t padded_size = text.size() + simdjson::SIMDJSON_PADDING;
    if (unescaped_.size() < padded_size) unescaped_.resize(padded_size);
    unescaped_end_ = unescaped_.data();
    escape_ = find_escape(text.data());
    depth_ = 0;
}

simdjson::error_code Tree::read_lone(std::span<const std::uint32_t> tokens)
{
    const std::string_view only = token(tokens.data());
    if (only.front() == '"') {
        if (!set_string(entries_.front(), only, Role::value)) {
            return stop(only.data(), simdjson::STRING_ERROR);
        }
    } else if (const auto error = read_word(entries_.front(), only)) {
        return error;
    }
    return tokens.size() == 1 ? simdjson::SUCCESS
                              : stop(text_.data() + tokens[1], simdjson::TRAILING_CONTENT);
}

// The last token is a closing bracket, so the tokens can only end after one: what reads another
// token may rely on there being one.
simdjson::error_code Tree::read_container(std::span<const std::uint32_t> tokens)
{
    Cursor cursor{tokens.data(), tokens.data() + tokens.size(), entries_.data()};
    bool has_item = open(cursor);
    while (true) {
        if (has_item) {
            if (const auto error = read_item(cursor, has_item)) return error;
            if (has_item) continue;  // the first one of a container in this one
        }
        if (const auto error = close(cursor)) return error;
        if (depth_ == 0) return simdjson::SUCCESS;
        assert(cursor.next < cursor.end);
        const char* const comma = at(cursor);
        if (*comma != ',') return stop(comma, simdjson::TAPE_ERROR);
        ++cursor.next;
        has_item = true;
    }
}

// Reads one element, or one member with its name, and opens it if it is a container. `has_item`
// becomes whether that has anything in it.
inline simdjson::error_code Tree::read_item(Cursor& cursor, bool& has_item)
{
    Level& level = levels_[depth_ - 1];
    if (level.closing == '}') {
        if (const auto error = read_name(cursor, level.names)) return error;
    }
    assert(cursor.next < cursor.end);
    const char* const first = at(cursor);
    has_item = false;
    if (is_opening(*first)) {
        if (depth_ == depth_max_) return stop(first, simdjson::DEPTH_ERROR);
        has_item = open(cursor);
        return simdjson::SUCCESS;
    }
    const std::string_view word = token(cursor.next);
    if (*first != '"') {
        if (const auto error = read_word(*cursor.entry, word)) return error;
    } else if (!set_string(*cursor.entry, word, Role::value)) {
        return stop(first, simdjson::STRING_ERROR);
    }
    ++cursor.entry;
    ++cursor.next;
    return simdjson::SUCCESS;
}

// Reads a name and the colon after it.
inline simdjson::error_code Tree::read_name(Cursor& cursor, BloomFilter& names)
{
    assert(cursor.next < cursor.end);
    const char* const first = at(cursor);
    if (*first != '"') return stop(first, simdjson::TAPE_ERROR);
    Entry& entry = *cursor.entry++;
    if (!set_string(entry, token(cursor.next), Role::name)) {
        return stop(first, simdjson::STRING_ERROR);
    }
    names.add(hash_of(entry));
    ++cursor.next;
    const char* const colon = at(cursor);
    if (*colon != ':') return stop(colon, simdjson::TAPE_ERROR);
    ++cursor.next;
    return simdjson::SUCCESS;
}

// Opens the container whose bracket comes next. Returns whether it has anything in it.
inline bool Tree::open(Cursor& cursor)
{
    const char* const bracket = at(cursor);
    assert(is_opening(*bracket));
    constexpr std::size_t levels_expected = 8;
    if (levels_.empty()) levels_.reserve(levels_expected);
    if (depth_ == levels_.size()) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.entry = cursor.entry;
    level.closing = closing_of(*bracket);
    level.names.clear();
    *cursor.entry++ = value_entry(*bracket == '{' ? Kind::object : Kind::array, {bracket, 1});
    ++cursor.next;
    assert(cursor.next < cursor.end);
    return *at(cursor) != level.closing;
}

// Closes every container whose bracket comes next.
inline simdjson::error_code Tree::close(Cursor& cursor)
{
    while (*at(cursor) == levels_[depth_ - 1].closing) {
        const Level& level = levels_[depth_ - 1];
        if (level.names.has_met_one_twice()) mark_replaced(level.entry, cursor.entry);
        *cursor.entry = end_of(*level.entry, cursor.entry, at(cursor));
        ++cursor.entry;
        ++cursor.next;
        const bool is_end = cursor.next == cursor.end;
        if (--depth_ == 0)
            return is_end ? simdjson::SUCCESS : stop(at(cursor), simdjson::TRAILING_CONTENT);
        if (is_end) return stop(text_.data() + text_.size(), simdjson::TAPE_ERROR);
    }
    return simdjson::SUCCESS;
}

// A number or a literal.
simdjson::error_code Tree::read_word(Entry& entry, std::string_view word)
{
    const auto kind = scalar_kind(word);
    if (!kind) return stop(word.data(), scalar_error(word));
    entry = value_entry(*kind, word);
    return simdjson::SUCCESS;
}

simdjson::error_code Tree::stop(const char* at, simdjson::error_code error)
{
    where_ = at;
    return error;
}

// The text between the starts of two tokens, without the white space before the second.
std::string_view Tree::token(const std::uint32_t* position) const
{
    const char* const start = text_.data() + position[0];
    const char* end = text_.data() + position[1];
    while (is_blank(end[-1])) --end;
    return {start, static_cast<std::size_t>(end - start)};
}

// Returns false if an escape is invalid.
bool Tree::set_string(Entry& entry, std::string_view token, Role role)
{
    assert(token.size() >= 2 && token.back() == '"');
    std::string_view inside = token.substr(1, token.size() - 2);
    const char* const end = inside.data() + inside.size();
    const bool has_escapes = escape_ < end;
    if (has_escapes) {
        char* const start = unescaped_end_;
        unescaped_end_ = unescape(inside, start);
        if (unescaped_end_ == nullptr) return false;
        inside = {start, static_cast<std::size_t>(unescaped_end_ - start)};
        escape_ = find_escape(end);
    }
    entry = {.text = inside.data(),
             .size = static_cast<std::uint32_t>(inside.size()),
             .kind = Kind::string,
             .role = role,
             .has_escapes = has_escapes};
    return true;
}

// The last of several members with the same name replaces the others.
void Tree::mark_replaced(Entry* object, const Entry* end)
{
    names_.clear();
    for (Entry* name = object + 1; name != end; name += 1 + name[1].span()) {
        names_.push_back({hash_of(*name), name});
    }
    std::sort(names_.begin(), names_.end(), [](const Name& one, const Name& other) {
        if (one.hash != other.hash) return one.hash < other.hash;
        const int order = text_of(*one.entry).compare(text_of(*other.entry));
        return order != 0 ? order < 0 : one.entry < other.entry;
    });
    for (std::size_t i = 1; i < names_.size(); ++i) {
        const auto& [hash, entry] = names_[i - 1];
        const bool is_last = hash != names_[i].hash || text_of(*entry) != text_of(*names_[i].entry);
        if (!is_last) entry->role = Role::replaced_name;
    }
}

const char* Tree::find_escape(const char* from) const
{
    const char* const end = text_.data() + text_.size();
    const void* const found = std::memchr(from, '\\', static_cast<std::size_t>(end - from));
    return found != nullptr ? static_cast<const char*>(found) : end;
}

}  // namespace pivot::inline base::json
