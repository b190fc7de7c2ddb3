#include "base/json_writer.hpp"

#include "base/json_string.hpp"

#include <algorithm>

namespace pivot::inline base::json {

namespace {

constexpr std::size_t escape_bytes_max = 6;

// With so much more room than a value takes, no piece of it makes the string grow.
constexpr std::size_t room_ahead = 41;

char* write_escape(char* out, char c)
{
    const auto put = [&](char second) {
        *out++ = '\\';
        *out++ = second;
        return out;
    };
    switch (c) {
        case '"':
        case '\\': return put(c);
        case '\b': return put('b');
        case '\f': return put('f');
        case '\n': return put('n');
        case '\r': return put('r');
        case '\t': return put('t');
        default: break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    out = std::ranges::copy(std::string_view("\\u00"), out).out;
    *out++ = digits[static_cast<unsigned char>(c) >> 4];
    *out++ = digits[c & 0xF];
    return out;
}

}  // namespace

std::size_t room_for(Value value)
{
    const Entry& first = *value.begin();
    const Entry& last = value.end()[-1];
    constexpr std::size_t quotes_and_comma = 3;
    return static_cast<std::size_t>(last.text - first.text) + last.size + quotes_and_comma;
}

void Writer::start(std::string& out, std::size_t size_expected)
{
    out_ = &out;
    size_before_ = out.size();
    at_ = end_ = out.data() + out.size();
    grow(size_expected);
}

void Writer::finish()
{
    if (size() > size_before_ && at_[-1] == ',') --at_;
    out_->resize(size());
}

void Writer::grow(std::size_t size)
{
    const std::size_t size_now = this->size();
    out_->resize(size_now + std::max(size, size_now - size_before_));
    at_ = out_->data() + size_now;
    end_ = out_->data() + out_->size();
}

void Writer::add_name(std::string_view name)
{
    make_room(name.size() + 3);
    *at_++ = '"';
    std::memcpy(at_, name.data(), name.size());
    at_ += name.size();
    *at_++ = '"';
    *at_++ = ':';
}

void Writer::add_quoted(std::string_view text, char next)
{
    make_room(1);
    *at_++ = '"';
    while (true) {
        const std::size_t plain = count_plain(text);
        make_room(plain + escape_bytes_max);
        at_ = std::copy_n(text.data(), plain, at_);
        if (plain == text.size()) break;
        at_ = write_escape(at_, text[plain]);
        text.remove_prefix(plain + 1);
    }
    *at_++ = '"';
    *at_++ = next;
}

// Not recursive, because a document may be nested deeper than a host's stack allows.
void Writer::add(Value value)
{
    for (const Entry* entry = value.begin(); entry != value.end();) {
        switch (entry->role) {
            case Role::name: add_name(*entry); break;
            case Role::end: close(*entry->text); break;
            case Role::replaced_name: entry += entry[1].span(); break;
            case Role::value:
                if (entry->is_container()) {
                    open(*entry->text);
                } else {
                    add_scalar(Value(entry));
                }
        }
        ++entry;
    }
}

void append_quoted(std::string& out, std::string_view text)
{
    const bool is_plain = count_plain(text) == text.size();
    if (is_plain) {
        out += '"';
        out += text;
        out += '"';
        return;
    }
    Writer writer;
    writer.start(out, text.size() + 2);
    writer.add_string(text);
    writer.finish();
}

void append_value(std::string& out, Value value)
{
    const Entry& entry = *value.begin();
    if (!entry.is_container() && entry.has_escapes) return append_quoted(out, text_of(entry));
    if (!entry.is_container()) {
        const std::uint32_t quote = entry.kind == Kind::string ? 1 : 0;
        out.append(entry.text - quote, entry.size + 2 * quote);
        return;
    }
    const bool is_empty = value.end() - value.begin() == 2;
    Writer writer;
    writer.start(out, room_for(value) + (is_empty ? 0 : room_ahead));
    writer.add(value);
    writer.finish();
}

}  // namespace pivot::inline base::json
