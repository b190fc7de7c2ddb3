#include "base/json_tree.hpp"

#include "base/json_string.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>

namespace pivot::json {

namespace {

bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c)
{
    return c >= '0' && c <= '9';
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

// The grammar of RFC 8259, section 6. simdjson would also judge the size of a number.
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

// What a token is that is neither a string nor a bracket.
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

// The end is the next entry.
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
    return read_container(tokens.data(), tokens.data() + tokens.size());
}

// Each token gives one entry at most, and no string gets longer without its escapes.
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

// A name, and the colon behind it.
inline simdjson::error_code Tree::read_name(Entry& entry, const std::uint32_t* next,
                                            NameFilter& names)
{
    const char* const at = text_.data() + next[0];
    if (*at != '"') return stop(at, simdjson::TAPE_ERROR);
    if (!set_string(entry, token(next), Role::name)) return stop(at, simdjson::STRING_ERROR);
    names.add(Spelling(text_of(entry)).hash());
    const char* const colon = text_.data() + next[1];
    return *colon == ':' ? simdjson::SUCCESS : stop(colon, simdjson::TAPE_ERROR);
}

// The last token is a closing bracket, so that the tokens end nowhere but behind one.
simdjson::error_code Tree::read_container(const std::uint32_t* next, const std::uint32_t* end)
{
    const char* const text = text_.data();
    Entry* entry = entries_.data();
    Level* level = &open(entry++, text + *next++);
    bool is_empty = text[*next] == level->closing;
    while (true) {
        if (!is_empty) {
            if (level->closing == '}') {
                if (const auto error = read_name(*entry, next, level->names)) return error;
                ++entry;
                next += 2;
            }
            const char* const at = text + *next;
            if (is_opening(*at)) {
                if (depth_ == depth_max_) return stop(at, simdjson::DEPTH_ERROR);
                level = &open(entry++, at);
                is_empty = text[*++next] == level->closing;
                continue;
            }
            if (*at == '"') {
                if (!set_string(*entry, token(next), Role::value)) {
                    return stop(at, simdjson::STRING_ERROR);
                }
            } else if (const auto error = read_word(*entry, token(next))) {
                return error;
            }
            ++entry;
            ++next;
        }
        is_empty = false;
        for (; text[*next] == level->closing; --level) {
            if (level->names.has_met_one_twice()) mark_replaced(level->entry, entry);
            *entry = end_of(*level->entry, entry, text + *next);
            ++entry;
            ++next;
            if (--depth_ == 0) {
                return next == end ? simdjson::SUCCESS
                                   : stop(text + *next, simdjson::TRAILING_CONTENT);
            }
            if (next == end) return stop(text + text_.size(), simdjson::TAPE_ERROR);
        }
        if (text[*next] != ',') return stop(text + *next, simdjson::TAPE_ERROR);
        ++next;
    }
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

// What stands between the starts of two tokens, without the white space.
std::string_view Tree::token(const std::uint32_t* position) const
{
    const char* const start = text_.data() + position[0];
    const char* end = text_.data() + position[1];
    while (is_space(end[-1])) --end;
    return {start, static_cast<std::size_t>(end - start)};
}

// False: an escape is none.
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

Tree::Level& Tree::open(Entry* entry, const char* bracket)
{
    *entry = value_entry(*bracket == '{' ? Kind::object : Kind::array, {bracket, 1});
    if (depth_ == levels_.size()) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.entry = entry;
    level.closing = closing_of(*bracket);
    level.names.clear();
    return level;
}

// A name in an object counts once: its last member replaces the others.
void Tree::mark_replaced(Entry* object, const Entry* end)
{
    names_.clear();
    for (Entry* name = object + 1; name != end; name += 1 + name[1].span()) {
        names_.push_back({Spelling(text_of(*name)).hash(), name});
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

}  // namespace pivot::json
