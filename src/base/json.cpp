#include "base/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

namespace pivot::json {

namespace ondemand = simdjson::ondemand;

namespace {

// Names in one object.
constexpr std::size_t sorting_is_slower_up_to = 16;

std::string_view text_of(const Entry& entry)
{
    return {entry.text, entry.size_bytes};
}

bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c)
{
    return c >= '0' && c <= '9';
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

// What is between the quotes, where `text` starts with a string without escapes.
std::optional<std::string_view> plain_string(std::string_view text)
{
    const std::size_t end = text.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text.substr(1, end - 1);
    return inside.find('\\') == inside.npos ? std::optional(inside) : std::nullopt;
}

// simdjson does not say where a string is wrong in itself: the first control character in one, or
// else the start of the last.
std::size_t find_bad_string(std::string_view text)
{
    std::size_t start = 0;
    bool is_inside = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            is_inside = !is_inside;
            start = at;
        } else if (is_inside && text[at] == '\\') {
            ++at;
        } else if (is_inside && static_cast<unsigned char>(text[at]) < 0x20) {
            return at;
        }
    }
    return start;
}

// simdjson does not say where UTF-8 is broken either: the start of the line that is.
std::size_t find_bad_utf8(std::string_view text)
{
    std::size_t start = 0;
    for (std::size_t end = 0; end < text.size(); start = end + 1) {
        end = std::min(text.find('\n', start), text.size());
        if (!simdjson::validate_utf8(text.substr(start, end - start))) break;
    }
    return start;
}

std::string describe_token(std::string_view text, std::size_t at)
{
    if (at >= text.size()) return "unexpected end";
    const unsigned char c = static_cast<unsigned char>(text[at]);
    if (c <= 0x20 || c >= 0x7f) return "unexpected character";
    return fmt::format("unexpected {}", text[at]);
}

std::string at_position(std::string_view text, std::size_t at, std::string_view trouble)
{
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return fmt::format("not JSON: line {}, column {}: {}", line, column, trouble);
}

}  // namespace

std::string_view describe(Kind kind)
{
    switch (kind) {
        case Kind::null: return "null";
        case Kind::boolean: return "a boolean";
        case Kind::integer: return "an integer";
        case Kind::decimal: return "a decimal number";
        case Kind::string: return "a string";
        case Kind::array: return "an array";
        case Kind::object: return "an object";
    }
    return "unknown";
}

std::optional<std::int64_t> Value::integer() const
{
    if (kind() != Kind::integer) return std::nullopt;
    std::int64_t number = 0;
    const char* const end = entry_->text + entry_->size_bytes;
    if (std::from_chars(entry_->text, end, number).ec != std::errc()) return std::nullopt;
    return number;
}

std::optional<Value> Value::find(std::string_view name) const
{
    if (!is_object()) return std::nullopt;
    for (const auto member : members()) {
        if (member.name == name) return member.value;
    }
    return std::nullopt;
}

class Document::Reader {
public:
    explicit Reader(std::size_t depth_max) : depth_max_(depth_max) {}

    Result<Value> read(std::string_view text);
    Result<Value> read_padded(std::string_view text, std::size_t capacity_bytes);

private:
    // A container that is still open. They are on a stack of our own, because a host's threads may
    // have little of theirs.
    struct Level {
        std::size_t entry;
        bool is_object;
        ondemand::object_iterator members;
        ondemand::array_iterator elements;

        bool is_done() const;
        void advance();
    };

    simdjson::error_code walk(std::size_t capacity_bytes);
    simdjson::error_code add_lone(ondemand::document& document, std::string_view token);
    simdjson::error_code add_next(Level& level);
    simdjson::error_code add_value(ondemand::value value);
    template <typename Source>
    simdjson::error_code add_scalar(Source& source, std::string_view token);
    template <typename Container>
    simdjson::error_code open(simdjson::simdjson_result<Container> result);
    void close();
    void mark_replaced(Entry& object);
    void add(Kind kind, std::string_view text);
    std::string_view look_at(std::string_view token);
    Failure explain(simdjson::error_code error) const;

    std::size_t depth_max_;
    ondemand::parser parser_;
    std::string buffer_;
    std::string_view text_;        // without the byte order mark
    const char* where_ = nullptr;  // the token that is looked at
    std::vector<Entry> entries_;
    std::vector<Level> levels_;
    std::vector<Entry*> names_;  // of the object that is closed
};

Result<Value> Document::Reader::read(std::string_view text)
{
    buffer_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    buffer_.assign(text);
    buffer_.append(simdjson::SIMDJSON_PADDING, '\0');
    return read_padded(std::string_view(buffer_).substr(0, text.size()), buffer_.size());
}

Result<Value> Document::Reader::read_padded(std::string_view text, std::size_t capacity_bytes)
{
    assert(capacity_bytes >= text.size());
    if (capacity_bytes - text.size() < simdjson::SIMDJSON_PADDING) return read(text);

    const std::size_t mark_bytes = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    text_ = text.substr(mark_bytes);
    if (const auto error = walk(capacity_bytes - mark_bytes)) {
        return tl::unexpected<Failure>(explain(error));
    }
    return Value(entries_.data());
}

simdjson::error_code Document::Reader::walk(std::size_t capacity_bytes)
{
    entries_.clear();
    levels_.clear();
    where_ = text_.data();
    if (parser_.capacity() < text_.size()) {
        const std::size_t capacity = std::max(text_.size(), std::size_t{4096});
        if (const auto error = parser_.allocate(capacity, depth_max_ + 2)) return error;
    }
    ondemand::document document;
    if (const auto error = parser_.iterate(text_, capacity_bytes).get(document)) return error;

    std::string_view root;
    if (const auto error = document.raw_json_token().get(root)) return error;
    root = look_at(root);
    if (root.empty()) return simdjson::EMPTY;
    if (root.front() != '{' && root.front() != '[') return add_lone(document, root);

    const char* const end = text_.data() + text_.size();
    auto error = root.front() == '{' ? open(document.get_object()) : open(document.get_array());
    while (!error && !levels_.empty()) {
        if (levels_.back().is_done()) {
            close();
        } else {
            error = add_next(levels_.back());
        }
    }
    if (!error || error == simdjson::TAPE_ERROR) {
        // A finding of simdjson is about the token behind the one that was looked at here.
        const bool is_at_end = document.current_location().get(where_) == simdjson::OUT_OF_BOUNDS;
        where_ = is_at_end ? end : std::min(where_, end);
        if (!error && !is_at_end) error = simdjson::TRAILING_CONTENT;
    }
    return error;
}

simdjson::error_code Document::Reader::add_lone(ondemand::document& document,
                                                std::string_view token)
{
    if (const auto error = add_scalar(document, token)) return error;
    const char* const end = text_.data() + text_.size();
    where_ = std::find_if_not(token.data() + token.size(), end, is_space);
    return where_ == end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

simdjson::error_code Document::Reader::add_next(Level& level)
{
    if (!level.is_object) {
        ondemand::value value;
        if (const auto error = (*level.elements).get(value)) return error;
        return add_value(value);
    }
    ondemand::field field;
    if (const auto error = (*level.members).get(field)) return error;
    const char* const quote = field.key().raw() - 1;
    const std::size_t rest_bytes = text_.size() - static_cast<std::size_t>(quote - text_.data());
    std::string_view name;
    where_ = quote;
    if (const auto plain = plain_string({quote, rest_bytes})) {
        name = *plain;
    } else if (const auto error = field.unescaped_key().get(name)) {
        return error;
    }
    add(Kind::string, name);
    return add_value(field.value());
}

simdjson::error_code Document::Reader::add_value(ondemand::value value)
{
    const std::string_view token = look_at(value.raw_json_token());
    if (token.empty()) return simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    if (token.front() == '{') return open(value.get_object());
    if (token.front() == '[') return open(value.get_array());
    if (const auto error = add_scalar(value, token)) return error;
    levels_.back().advance();
    return simdjson::SUCCESS;
}

template <typename Source>
simdjson::error_code Document::Reader::add_scalar(Source& source, std::string_view token)
{
    if (token.front() == '"') {
        std::string_view unescaped;
        if (const auto plain = plain_string(token)) {
            unescaped = *plain;
        } else if (const auto error = source.get_string().get(unescaped)) {
            return error;
        }
        add(Kind::string, unescaped);
    } else if (token == "null") {
        add(Kind::null, token);
    } else if (token == "true" || token == "false") {
        add(Kind::boolean, token);
    } else if (const auto kind = number_kind(token)) {
        add(*kind, token);
    } else {
        return token.front() == '-' || is_digit(token.front()) ? simdjson::NUMBER_ERROR
                                                               : simdjson::T_ATOM_ERROR;
    }
    return simdjson::SUCCESS;
}

// The token without the white space behind it. On broken JSON simdjson may be past the end.
std::string_view Document::Reader::look_at(std::string_view token)
{
    const char* const end = text_.data() + text_.size();
    where_ = std::min(token.data(), end);
    const char* last = where_ + std::min(token.size(), static_cast<std::size_t>(end - where_));
    while (last != where_ && is_space(last[-1])) --last;
    return {where_, static_cast<std::size_t>(last - where_)};
}

template <typename Container>
simdjson::error_code Document::Reader::open(simdjson::simdjson_result<Container> result)
{
    constexpr bool is_object = std::is_same_v<Container, ondemand::object>;
    if (levels_.size() == depth_max_) return simdjson::DEPTH_ERROR;
    Container container;
    if (const auto error = std::move(result).get(container)) return error;

    Level level{.entry = entries_.size(), .is_object = is_object, .members = {}, .elements = {}};
    if constexpr (is_object) {
        if (const auto error = container.begin().get(level.members)) return error;
    } else {
        if (const auto error = container.begin().get(level.elements)) return error;
    }
    add(is_object ? Kind::object : Kind::array, {});
    levels_.push_back(level);
    return simdjson::SUCCESS;
}

void Document::Reader::close()
{
    Entry& container = entries_[levels_.back().entry];
    container.span = static_cast<std::uint32_t>(entries_.size() - levels_.back().entry);
    if (levels_.back().is_object) mark_replaced(container);
    levels_.pop_back();
    if (!levels_.empty()) levels_.back().advance();
}

// A name in an object counts once: its last member replaces the others.
void Document::Reader::mark_replaced(Entry& object)
{
    Entry* const end = &object + object.span;
    names_.clear();
    for (Entry* name = &object + 1; name != end; name += 1 + name[1].span) names_.push_back(name);

    if (names_.size() <= sorting_is_slower_up_to) {
        for (std::size_t i = 1; i < names_.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (text_of(*names_[i]) == text_of(*names_[j])) names_[j]->is_replaced = true;
            }
        }
        return;
    }
    std::sort(names_.begin(), names_.end(), [](const Entry* one, const Entry* other) {
        const int order = text_of(*one).compare(text_of(*other));
        return order != 0 ? order < 0 : one < other;
    });
    for (std::size_t i = 1; i < names_.size(); ++i) {
        if (text_of(*names_[i]) == text_of(*names_[i - 1])) names_[i - 1]->is_replaced = true;
    }
}

void Document::Reader::add(Kind kind, std::string_view text)
{
    const std::size_t parent = levels_.empty() ? 0 : entries_.size() - levels_.back().entry;
    entries_.push_back({.text = text.data(),
                        .size_bytes = static_cast<std::uint32_t>(text.size()),
                        .span = 1,
                        .parent = static_cast<std::uint32_t>(parent),
                        .kind = kind,
                        .is_replaced = false});
}

Failure Document::Reader::explain(simdjson::error_code error) const
{
    const auto at = [&](std::size_t offset, std::string_view trouble) {
        return Failure{Reason::invalid_json, Phase::parse, at_position(text_, offset, trouble), {}};
    };
    const auto bare = [](std::string message) {
        return Failure{Reason::invalid_json, Phase::parse, std::move(message), {}};
    };
    const auto offset = static_cast<std::size_t>(where_ - text_.data());
    switch (error) {
        case simdjson::EMPTY: return bare("not JSON: the text is empty");
        case simdjson::CAPACITY: return bare("not JSON: more than 4 GiB");
        case simdjson::UTF8_ERROR: return at(find_bad_utf8(text_), "not UTF-8");
        case simdjson::UNESCAPED_CHARS:
            return at(find_bad_string(text_), "control character in a string");
        case simdjson::UNCLOSED_STRING:
            return at(find_bad_string(text_), "a string without a closing quote");
        case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
            return at(text_.size(), "the text does not end with the bracket that closes it");
        case simdjson::DEPTH_ERROR:
            return at(offset, fmt::format("too deep: more than {} arrays and objects in each other",
                                          depth_max_));
        case simdjson::STRING_ERROR: return at(offset, "bad escape in a string");
        case simdjson::NUMBER_ERROR: return at(offset, "not a number");
        case simdjson::T_ATOM_ERROR:
        case simdjson::TAPE_ERROR: return at(offset, describe_token(text_, offset));
        case simdjson::TRAILING_CONTENT: return at(offset, "something follows the JSON");
        default: return bare(fmt::format("not JSON: simdjson error {}", static_cast<int>(error)));
    }
}

bool Document::Reader::Level::is_done() const
{
    return is_object ? members == ondemand::object_iterator()
                     : elements == ondemand::array_iterator();
}

void Document::Reader::Level::advance()
{
    if (is_object) {
        ++members;
    } else {
        ++elements;
    }
}

Document::Document(std::size_t depth_max) : reader_(std::make_unique<Reader>(depth_max)) {}
Document::~Document() = default;
Document::Document(Document&& other) noexcept = default;
Document& Document::operator=(Document&& other) noexcept = default;

Result<Value> Document::read(std::string_view text)
{
    return reader_->read(text);
}

Result<Value> Document::read_padded(std::string_view text, std::size_t capacity_bytes)
{
    return reader_->read_padded(text, capacity_bytes);
}

}  // namespace pivot::json
