#include "http/form.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace pivot::http {

// A name and those of the containers around it, innermost first, each on the stack of its caller.
struct FormWriter::Key {
    const Key* outer;  // null at the top level
    std::string_view name;
};

namespace {

constexpr auto is_unreserved = [] {
    std::array<bool, 256> table{};
    for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
    for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
    for (const unsigned char c : {'-', '.', '_', '~'}) table[c] = true;
    return table;
}();

}  // namespace

std::size_t form_size(std::string_view text)
{
    std::size_t size = 0;
    for (const char c : text) {
        size += is_unreserved[static_cast<unsigned char>(c)] || c == ' ' ? 1 : 3;
    }
    return size;
}

void FormWriter::add(std::string_view name, std::string_view value)
{
    begin_pair(Key{nullptr, name});
    append_encoded(value);
}

void FormWriter::add(std::string_view name, json::Value value)
{
    if (value.kind() == json::Kind::null) return;
    add(Key{nullptr, name}, value);
}

void FormWriter::add_escaped(std::string_view name, std::string_view value)
{
    if (at_ != 0) append_plain("&");
    append_encoded(name);
    append_plain("=");
    append_encoded(value);
}

void FormWriter::add(const Key& key, json::Value value)
{
    switch (value.kind()) {
        case json::Kind::object:
            for (const auto [name, member] : value.members()) add({&key, name}, member);
            return;
        case json::Kind::array:
            for (const auto element : value.elements()) add_element({&key, {}}, element);
            return;
        case json::Kind::null: begin_pair(key); return;
        case json::Kind::boolean:
        case json::Kind::integer:
        case json::Kind::decimal:
        case json::Kind::string:
            begin_pair(key);
            append_encoded(value.text());
            return;
    }
}

void FormWriter::add_element(const Key& key, json::Value element)
{
    if (!element.is_object()) return add(key, element);

    const auto members = element.members();
    if (members.begin() == members.end()) return;
    std::string text;
    json::append_value(text, element);
    begin_pair(key);
    append_encoded(text);
}

void FormWriter::begin_pair(const Key& key)
{
    if (at_ != 0) append_plain("&");
    append(key);
    append_plain("=");
}

void FormWriter::append(const Key& key)
{
    if (key.outer == nullptr) {
        assert(std::ranges::all_of(key.name, [](unsigned char c) { return is_unreserved[c]; }));
        return append_plain(key.name);
    }
    append(*key.outer);
    append_plain("[");
    append_encoded(key.name);
    append_plain("]");
}

void FormWriter::append_plain(std::string_view text)
{
    text.copy(make_room(text.size()), text.size());
    at_ += text.size();
}

void FormWriter::append_encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    char* const begin = make_room(3 * text.size());
    char* out = begin;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved[byte]) {
            *out++ = c;
        } else if (c == ' ') {
            *out++ = '+';
        } else {
            *out++ = '%';
            *out++ = digits[byte >> 4];
            *out++ = digits[byte & 15];
        }
    }
    at_ += static_cast<std::size_t>(out - begin);
}

char* FormWriter::make_room(std::size_t size_bytes)
{
    if (room_.size() - at_ < size_bytes) room_.resize(2 * (at_ + size_bytes));
    return room_.data() + at_;
}

namespace {

std::string decode(std::string_view text)
{
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return unescape(spaced);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_form(std::string_view form)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!form.empty()) {
        auto value = take_until(form, '&');
        if (value.empty()) continue;
        const auto name = take_until(value, '=');
        pairs.emplace_back(decode(name), decode(value));
    }
    return pairs;
}

}  // namespace pivot::http
