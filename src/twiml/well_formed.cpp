#include "twiml/well_formed.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::twiml {

namespace {

// Whether an ASCII character may be in a name.
constexpr bool is_name_part(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == ':' || c == '-' || c == '.';
}

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// NameStartChar and NameChar above ASCII (XML 1.0, section 2.3).
constexpr Range name_starts[] = {{0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},
                                 {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D},
                                 {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
                                 {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
constexpr Range name_parts[] = {{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};

constexpr const char* is_html_page = "this is an HTML page, such as one of a login or of an error";

// With which pages and the error messages of web frameworks begin.
constexpr std::string_view html_elements[] = {
    "a",    "b",    "body", "br",  "center", "div",  "font",   "form",  "h1",    "h2",   "head",
    "html", "meta", "p",    "pre", "script", "span", "strong", "style", "table", "title"};

bool is_of_html(std::string_view name)
{
    return std::ranges::any_of(html_elements, [name](std::string_view element) {
        return equals_ignoring_case(name, element);
    });
}

bool is_in(std::span<const Range> ranges, std::uint32_t code)
{
    return std::ranges::any_of(
        ranges, [code](Range range) { return range.first <= code && code <= range.last; });
}

// The size of the character at the front, or 0 if it may not be in a name or does not exist.
std::size_t name_character(std::string_view text, bool is_first)
{
    if (text.empty()) return 0;
    const char c = text.front();
    if (static_cast<unsigned char>(c) < 0x80) {
        const bool is_start = is_letter(c) || c == '_' || c == ':';
        return is_start || (!is_first && is_name_part(c)) ? 1 : 0;
    }
    const auto [code, size] = first_character(text);
    return is_in(name_starts, code) || (!is_first && is_in(name_parts, code)) ? size : 0;
}

// `1.` followed by digits, as in `version="1.0"` (XML 1.0, section 2.8).
bool is_version(std::string_view value)
{
    return value.size() > 2 && value.starts_with("1.") &&
           std::ranges::all_of(value.substr(2), is_digit);
}

bool is_encoding(std::string_view value)
{
    return !value.empty() && is_letter(value.front()) &&
           std::ranges::all_of(value, [](char c) { return is_name_part(c) && c != ':'; });
}

bool is_standalone(std::string_view value)
{
    return value == "yes" || value == "no";
}

using Bytes = std::array<bool, 256>;

// Bytes that end a run of text, or may not be in one.
constexpr Bytes ends_text = [] {
    Bytes ends{};
    for (unsigned c = 0; c < 0x20; ++c) ends[c] = c != '\t' && c != '\n' && c != '\r';
    ends['<'] = ends['&'] = ends[']'] = ends[0xEF] = true;
    return ends;
}();

constexpr Bytes ends_value = [] {
    Bytes ends = ends_text;
    ends[']'] = false;
    ends['"'] = ends['\''] = true;
    return ends;
}();

constexpr Bytes ends_name = [] {
    Bytes ends{};
    for (unsigned c = 0; c < ends.size(); ++c) ends[c] = !is_name_part(static_cast<char>(c));
    return ends;
}();

class Scan {
public:
    Scan(std::string_view document, const ShapeLimits& limits) : text_(document), limits_(limits) {}

    std::optional<Flaw> run()
    {
        while (!flaw_ && at_ < text_.size()) {
            if (text_[at_] == '<') {
                read_markup();
            } else {
                read_text();
            }
        }
        if (!flaw_ && !has_root_)
            fail(0, "the document has no element: it must be <Response>…</Response>");
        if (!flaw_ && !open_.empty()) {
            fail(text_.size(), fmt::format("the document ends, but {} is open: </{}> is missing",
                                           open_one(), printable(open_.back())));
        }
        return std::move(flaw_);
    }

private:
    bool follows(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    // Skips to the first of these bytes, or to the end.
    void skip_to(const Bytes& ends)
    {
        std::size_t at = at_;
        while (at < text_.size() && !ends[static_cast<unsigned char>(text_[at])]) ++at;
        at_ = at;
    }

    // `Say of line 3`.
    std::string open_one() const
    {
        const std::string_view name = open_.back();
        return fmt::format("{} of line {}", printable(name),
                           1 + std::count(text_.data(), name.data(), '\n'));
    }

    void fail(std::size_t at, std::string message) { flaw_ = Flaw{at, std::move(message)}; }

    void read_text()
    {
        if (open_.empty()) return read_outside();
        skip_to(ends_text);
        if (at_ == text_.size() || text_[at_] == '<') return;
        read_special("text");
    }

    // Text before or after the document.
    void read_outside()
    {
        skip_blanks();
        if (at_ == text_.size() || text_[at_] == '<') return;
        fail(at_, has_root_ ? "there is text after the end of the document"
                            : "there is text before the document, which must begin with <");
    }

    // Reads what ends_text stops at, other than `<`.
    void read_special(std::string_view where)
    {
        const char c = text_[at_];
        if (c == '&') return read_reference();
        if (c == ']' && where == "text" && follows("]]>")) {
            return fail(at_, "`]]>` ends a CDATA section that is not open: write ]]&gt;");
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            return fail(at_, fmt::format("the control character U+{:04X} is not allowed in XML",
                                         static_cast<unsigned char>(c)));
        }
        if (is_none()) return fail_none();
        ++at_;
    }

    bool is_none() const { return follows("\xEF\xBF\xBE") || follows("\xEF\xBF\xBF"); }

    void fail_none() { fail(at_, "the noncharacters U+FFFE and U+FFFF are not allowed in XML"); }

    // Whatever they mean, XML must allow the characters up to `end`.
    void read_characters(std::size_t end)
    {
        while (!flaw_ && at_ < end) {
            const char c = text_[at_];
            const bool is_markup = c == '&' || c == '<' || c == ']';
            if (is_markup || !ends_text[static_cast<unsigned char>(c)]) {
                ++at_;
            } else {
                read_special("markup");
            }
        }
    }

    void read_reference()
    {
        const std::size_t end = text_.find(';', at_);
        const std::string_view name =
            end == text_.npos ? std::string_view() : text_.substr(at_ + 1, end - at_ - 1);
        if (name.starts_with('#')) {
            if (!is_character(name.substr(1))) {
                return fail(at_, "the number of this character reference is not allowed in XML");
            }
        } else if (name != "amp" && name != "lt" && name != "gt" && name != "quot" &&
                   name != "apos") {
            const bool is_entity =
                !name.empty() && name.size() <= 32 && std::ranges::all_of(name, is_name_part);
            return fail(at_, is_entity
                                 ? fmt::format("there is no entity &{};: only amp, lt, gt, quot "
                                               "and apos, and numbers as &#233;",
                                               name)
                                 : "a bare `&`: write &amp;");
        }
        at_ = end + 1;
    }

    static bool is_character(std::string_view number)
    {
        const bool is_hex = number.starts_with('x');
        if (is_hex) number.remove_prefix(1);
        if (number.empty()) return false;
        number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
        if (number.size() > 7) return false;
        std::uint32_t code = 0;
        for (const char c : number) {
            const char d = lower(c);
            if (c >= '0' && c <= '9') {
                code = code * (is_hex ? 16 : 10) + static_cast<std::uint32_t>(c - '0');
            } else if (is_hex && d >= 'a' && d <= 'f') {
                code = code * 16 + static_cast<std::uint32_t>(d - 'a' + 10);
            } else {
                return false;
            }
        }
        return code == 9 || code == 10 || code == 13 || (code >= 0x20 && code <= 0xD7FF) ||
               (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
    }

    void read_markup()
    {
        if (follows("</")) return read_end_tag();
        if (follows("<!--")) return read_comment();
        if (follows("<![CDATA[")) return read_cdata();
        if (follows("<!")) return refuse_declaration();
        if (follows("<?")) return read_instruction();
        read_start_tag();
    }

    void refuse_declaration()
    {
        constexpr std::string_view of_html = "<!doctype html";
        if (equals_ignoring_case(text_.substr(at_, of_html.size()), of_html)) {
            return fail(at_, is_html_page);
        }
        fail(at_, follows("<!DOCTYPE") ? "a DOCTYPE is not allowed in TwiML: remove it"
                                       : "`<!` starts neither a comment nor a CDATA section");
    }

    void read_comment()
    {
        const std::size_t end = text_.find("--", at_ + 4);
        if (end == text_.npos) return fail(at_, "the comment does not end: `-->` is missing");
        if (!text_.substr(end).starts_with("-->")) {
            return fail(end, "`--` is not allowed within a comment");
        }
        read_characters(end);
        at_ = end + 3;
    }

    void read_cdata()
    {
        if (open_.empty()) return fail(at_, "a CDATA section is outside of the document");
        const std::size_t end = text_.find("]]>", at_);
        if (end == text_.npos) return fail(at_, "the CDATA section does not end: `]]>` is missing");
        read_characters(end);
        at_ = end + 3;
    }

    void read_instruction()
    {
        const std::size_t began = at_;
        const std::size_t end = text_.find("?>", at_);
        if (end == text_.npos) return fail(began, "`<?` does not end: `?>` is missing");
        at_ += 2;
        if (!skip_name()) {
            return fail(began, "`<?` is not followed by a name");
        }
        const std::string_view name = text_.substr(began + 2, at_ - began - 2);
        if (at_ < end && !is_blank(text_[at_])) {
            return fail(at_, fmt::format("there is no space after <?{}", printable(name)));
        }
        if (equals_ignoring_case(name, "xml")) {
            read_declaration(began, name, text_.substr(at_, end - at_));
        } else {
            read_characters(end);
        }
        at_ = end + 2;
    }

    void read_declaration(std::size_t began, std::string_view name, std::string_view rest)
    {
        if (began != 0) {
            return fail(began, "the XML declaration is not at the very beginning");
        }
        const bool has_version = take_declared(rest, "version", is_version);
        if (has_version) {
            take_declared(rest, "encoding", is_encoding);
            take_declared(rest, "standalone", is_standalone);
        }
        while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
        if (name != "xml" || !has_version || !rest.empty()) {
            fail(began,
                 "this is not an XML declaration: write "
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        }
    }

    // Removes ` name="value"` from the front of a declaration, if it is there.
    static bool take_declared(std::string_view& declaration, std::string_view name,
                              bool (*is_valid)(std::string_view))
    {
        std::string_view rest = declaration;
        const auto skip_blanks_of = [&rest] {
            const std::size_t before = rest.size();
            while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
            return rest.size() != before;
        };
        if (!skip_blanks_of() || !rest.starts_with(name)) return false;
        rest.remove_prefix(name.size());
        skip_blanks_of();
        if (!rest.starts_with('=')) return false;
        rest.remove_prefix(1);
        skip_blanks_of();
        if (!rest.starts_with('"') && !rest.starts_with('\'')) return false;
        const std::size_t end = rest.find(rest.front(), 1);
        if (end == rest.npos || !is_valid(rest.substr(1, end - 1))) return false;
        declaration = rest.substr(end + 1);
        return true;
    }

    void read_end_tag()
    {
        const std::size_t end = text_.find('>', at_);
        if (end == text_.npos) return fail(at_, "the tag does not end: `>` is missing");
        if (open_.empty()) return fail(at_, "an end tag without a start tag");
        const std::string_view tag = text_.substr(at_ + 2, end - at_ - 2);
        const std::string_view name = open_.back();
        const std::string_view rest = tag.substr(std::min(tag.size(), name.size()));
        if (!tag.starts_with(name) || name_character(rest, false) != 0) {
            return fail(at_,
                        fmt::format("the end tag does not match the open element: {}", open_one()));
        }
        if (!std::ranges::all_of(rest, is_blank)) {
            return fail(at_ + 2 + name.size(), "the end tag has more than a name");
        }
        open_.pop_back();
        at_ = end + 1;
    }

    void read_start_tag()
    {
        const std::size_t began = at_++;
        if (open_.empty() && has_root_) return fail(began, "a second element after the document");
        if (open_.size() == limits_.depth_max) {
            return fail(began, fmt::format("elements are more than {} deep", limits_.depth_max));
        }
        if (element_count_++ == limits_.elements_max) {
            return fail(began,
                        fmt::format("there are more than {} elements", limits_.elements_max));
        }
        if (!skip_name()) return fail(began, "a bare `<`: write &lt;");
        const std::string_view name = text_.substr(began + 1, at_ - began - 1);
        if (!std::exchange(has_root_, true) && is_of_html(name)) return fail(began, is_html_page);
        names_.clear();
        while (true) {
            const bool has_blank = skip_blanks();
            if (at_ == text_.size()) return fail(began, "the tag does not end: `>` is missing");
            if (text_[at_] == '>') {
                ++at_;
                open_.push_back(name);
                return;
            }
            if (follows("/>")) {
                at_ += 2;
                return;
            }
            if (!has_blank || name_character(text_.substr(at_), true) == 0) {
                return fail(at_, "this is not an attribute: write name=\"value\" after a space");
            }
            read_attribute();
            if (flaw_) return;
        }
    }

    void read_attribute()
    {
        const std::size_t began = at_;
        skip_name();
        const std::string_view name = text_.substr(began, at_ - began);
        if (std::ranges::find(names_, name) != names_.end()) {
            return fail(began, fmt::format("the attribute {} is there twice", printable(name)));
        }
        if (names_.size() == limits_.attributes_max) {
            return fail(began,
                        fmt::format("there are more than {} attributes", limits_.attributes_max));
        }
        names_.push_back(name);
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != '=') {
            return fail(began, fmt::format("the attribute {} has no value", printable(name)));
        }
        ++at_;
        skip_blanks();
        if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) {
            return fail(began, fmt::format("the value of {} has no quotes", printable(name)));
        }
        const char quote = text_[at_++];
        while (!flaw_) {
            skip_to(ends_value);
            if (at_ == text_.size()) {
                return fail(began, fmt::format("the value of {} does not end", printable(name)));
            }
            const char c = text_[at_];
            if (c == quote) break;
            if (c == '<') return fail(at_, "a `<` in a value: write &lt;");
            if (c == '"' || c == '\'') {
                ++at_;
            } else {
                read_special("value");
            }
        }
        ++at_;
    }

    // Returns false if no name begins here.
    bool skip_name()
    {
        const std::size_t began = at_;
        for (std::size_t size = name_character(text_.substr(at_), true); size != 0;
             size = name_character(text_.substr(at_), false)) {
            at_ += size;
            skip_to(ends_name);
        }
        return at_ != began;
    }

    bool skip_blanks()
    {
        const std::size_t began = at_;
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
        return at_ != began;
    }

    const std::string_view text_;
    const ShapeLimits limits_;
    std::size_t at_ = 0;
    std::size_t element_count_ = 0;
    bool has_root_ = false;
    std::vector<std::string_view> open_;   // the names of the open elements
    std::vector<std::string_view> names_;  // of the attributes of one element
    std::optional<Flaw> flaw_;
};

}  // namespace

std::optional<Flaw> find_flaw(std::string_view document, const ShapeLimits& limits)
{
    return Scan(document, limits).run();
}

}  // namespace pivot::twiml
