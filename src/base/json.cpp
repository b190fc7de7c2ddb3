#include "base/json.hpp"

#include "base/json_tree.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <new>
#include <span>

#include <fmt/format.h>
#include <simdjson.h>

namespace pivot::inline base::json {

namespace {

// simdjson does not say where a string is invalid. This finds the first control character in one,
// or else the start of the last.
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
    const char* const end = entry_->text + entry_->size;
    if (std::from_chars(entry_->text, end, number).ec != std::errc()) return std::nullopt;
    return number;
}

class Document::Reader {
public:
    explicit Reader(std::size_t depth_max) : depth_max_(depth_max), tree_(depth_max) {}

    Result<Value> read(std::string_view text);
    Result<Value> read_padded(std::string_view text, std::size_t capacity_bytes);

private:
    simdjson::error_code find_tokens();
    Failure explain(simdjson::error_code error) const;

    std::size_t depth_max_;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> scanner_;
    Tree tree_;
    std::string buffer_;     // the text, if it had to be copied
    std::string_view text_;  // without the byte order mark
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
    auto error = find_tokens();
    if (!error) {
        error =
            tree_.read(text_, {scanner_->structural_indexes.get(), scanner_->n_structural_indexes});
    }
    if (error) return tl::unexpected<Failure>(explain(error));
    return tree_.root();
}

// The interface between simdjson's stages is public, and the same from Debian 12 (3.0) to 13
// (3.12).
simdjson::error_code Document::Reader::find_tokens()
{
    if (scanner_ == nullptr || scanner_->capacity() < text_.size()) {
        constexpr std::size_t depth_max = 1;  // only its second stage needs more
        // Many documents read one short text: memory for a long one would cost more than that.
        const std::size_t capacity = std::bit_ceil(std::max(text_.size(), std::size_t{256}));
        const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity, depth_max, scanner_);
        if (error) return error;
    }
    return scanner_->stage1(reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size(),
                            simdjson::stage1_mode::regular);
}

Failure Document::Reader::explain(simdjson::error_code error) const
{
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();  // not the text's fault
    const auto at = [&](std::size_t offset, std::string_view trouble) {
        return Failure{Reason::invalid_json, Phase::parse, at_position(text_, offset, trouble), {}};
    };
    const auto bare = [](std::string message) {
        return Failure{Reason::invalid_json, Phase::parse, std::move(message), {}};
    };
    const auto offset = static_cast<std::size_t>(tree_.where() - text_.data());
    switch (error) {
        case simdjson::EMPTY: return bare("not JSON: the text is empty");
        case simdjson::CAPACITY: return bare("not JSON: more than 4 GiB");
        case simdjson::UTF8_ERROR: return at(find_invalid_utf8(text_), "not UTF-8");
        case simdjson::UNESCAPED_CHARS:
            return at(find_bad_string(text_), "control character in a string");
        case simdjson::UNCLOSED_STRING:
            return at(find_bad_string(text_), "a string without a closing quote");
        case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
            return at(text_.size(), "the closing bracket is missing");
        case simdjson::DEPTH_ERROR:
            return at(offset,
                      fmt::format("too deep: more than {} nested arrays and objects", depth_max_));
        case simdjson::STRING_ERROR: return at(offset, "bad escape in a string");
        case simdjson::NUMBER_ERROR: return at(offset, "not a number");
        case simdjson::T_ATOM_ERROR:
        case simdjson::TAPE_ERROR: return at(offset, describe_token(text_, offset));
        case simdjson::TRAILING_CONTENT: return at(offset, "unexpected text after the JSON");
        default: return bare(fmt::format("not JSON: simdjson error {}", static_cast<int>(error)));
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

void append_pointer(std::string& pointer, std::string_view token)
{
    pointer += '/';
    for (const char c : token) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

std::string pointer(std::string_view at, std::string_view name)
{
    std::string text(at);
    append_pointer(text, name);
    return text;
}

}  // namespace pivot::inline base::json
