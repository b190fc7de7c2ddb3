#include "twiml/well_formed.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace pivot::twiml {

namespace {

constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_name_part(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// Bytes that end a run of text, or may not stand in one.
constexpr auto ends_text = [] {
    std::array<bool, 256> ends{};
    for (unsigned c = 0; c < 0x20; ++c) ends[c] = c != '\t' && c != '\n' && c != '\r';
    ends['<'] = ends['&'] = ends[']'] = ends[0xEF] = true;
    return ends;
}();

class Scan {
public:
    Scan(std::string_view document, std::size_t depth_max, std::size_t attributes_max)
        : text_(document), depth_max_(depth_max), attributes_max_(attributes_max)
    {
    }

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
            fail(0, "there is no element in it: a document is <Response>…</Response>");
        return std::move(flaw_);
    }

private:
    bool follows(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    void fail(std::size_t at, std::string message) { flaw_ = Flaw{at, std::move(message)}; }

    void read_text()
    {
        const std::size_t began = at_;
        while (at_ < text_.size() && !ends_text[static_cast<unsigned char>(text_[at_])]) {
            if (depth_ == 0 && !is_blank(text_[at_])) {
                return fail(at_, has_root_ ? "there is text behind the end of the document"
                                           : "there is text before the document: it begins with < "
                                             "and nothing before that");
            }
            ++at_;
        }
        if (at_ == text_.size() || text_[at_] == '<') return;
        if (depth_ == 0) return fail(began, "there is text outside of the document");
        read_special("text");
    }

    // What ends_text stops at, but for `<`.
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
        if (follows("\xEF\xBF\xBE") || follows("\xEF\xBF\xBF")) {
            return fail(at_, "a character that is none (U+FFFE, U+FFFF) is not allowed in XML");
        }
        ++at_;
    }

    void read_reference()
    {
        const std::size_t end = text_.find(';', at_);
        const std::string_view name =
            end == text_.npos ? std::string_view() : text_.substr(at_ + 1, end - at_ - 1);
        if (name.starts_with('#')) {
            if (!is_character(name.substr(1))) {
                return fail(at_, "the number of a character reference is none that XML allows");
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
        if (number.empty() || number.size() > 7) return false;
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
        if (follows("<!")) {
            return fail(at_, follows("<!DOCTYPE")
                                 ? "a DOCTYPE is refused: TwiML has none, leave it out"
                                 : "`<!` begins neither a comment nor a CDATA section");
        }
        if (follows("<?")) return read_instruction();
        read_start_tag();
    }

    void read_comment()
    {
        const std::size_t end = text_.find("--", at_ + 4);
        if (end == text_.npos) return fail(at_, "the comment does not end: `-->` is missing");
        if (!text_.substr(end).starts_with("-->")) {
            return fail(end, "`--` is not allowed within a comment");
        }
        at_ = end + 3;
    }

    void read_cdata()
    {
        if (depth_ == 0) return fail(at_, "a CDATA section stands outside of the document");
        const std::size_t end = text_.find("]]>", at_);
        if (end == text_.npos) return fail(at_, "the CDATA section does not end: `]]>` is missing");
        for (; at_ < end; ++at_) {
            const auto c = static_cast<unsigned char>(text_[at_]);
            if (c < 0x20 && !is_blank(text_[at_])) return read_special("CDATA");
        }
        at_ = end + 3;
    }

    void read_instruction()
    {
        const std::size_t end = text_.find("?>", at_);
        if (end == text_.npos) return fail(at_, "`<?` does not end: `?>` is missing");
        const std::string_view target = text_.substr(at_ + 2, 3);
        const bool is_declaration =
            equals_ignoring_case(target, "xml") && !is_name_part(text_[std::min(at_ + 5, end)]);
        if (is_declaration && at_ != 0) {
            return fail(at_, "the XML declaration does not stand at the very beginning");
        }
        at_ = end + 2;
    }

    void read_end_tag()
    {
        const std::size_t end = text_.find('>', at_);
        if (end == text_.npos) return fail(at_, "the tag does not end: `>` is missing");
        if (depth_ == 0) return fail(at_, "an end tag without its start");
        --depth_;
        at_ = end + 1;
    }

    void read_start_tag()
    {
        const std::size_t began = at_++;
        if (depth_ == 0 && has_root_) return fail(began, "a second element behind the document");
        if (depth_ == depth_max_) {
            return fail(began, fmt::format("elements are more than {} deep", depth_max_));
        }
        if (at_ == text_.size() || !is_name_start(text_[at_])) {
            return fail(began, "a bare `<`: write &lt;");
        }
        skip_name();
        has_root_ = true;
        names_.clear();
        while (true) {
            const bool has_blank = skip_blanks();
            if (at_ == text_.size()) return fail(began, "the tag does not end: `>` is missing");
            if (text_[at_] == '>') {
                ++at_;
                ++depth_;
                return;
            }
            if (follows("/>")) {
                at_ += 2;
                return;
            }
            if (!has_blank || !is_name_start(text_[at_])) {
                return fail(at_, "this is no attribute: name=\"value\" with a space before it");
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
            return fail(began, fmt::format("the attribute {} comes twice", printable(name)));
        }
        if (names_.size() == attributes_max_) {
            return fail(began, fmt::format("there are more than {} attributes", attributes_max_));
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
            if (at_ == text_.size()) {
                return fail(began, fmt::format("the value of {} does not end", printable(name)));
            }
            const char c = text_[at_];
            if (c == quote) break;
            if (c == '<') return fail(at_, "a `<` in a value: write &lt;");
            if (ends_text[static_cast<unsigned char>(c)]) {
                read_special("value");
            } else {
                ++at_;
            }
        }
        ++at_;
    }

    void skip_name()
    {
        while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    }

    bool skip_blanks()
    {
        const std::size_t began = at_;
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
        return at_ != began;
    }

    const std::string_view text_;
    const std::size_t depth_max_;
    const std::size_t attributes_max_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool has_root_ = false;
    std::vector<std::string_view> names_;  // of the element's attributes
    std::optional<Flaw> flaw_;
};

}  // namespace

std::optional<Flaw> find_flaw(std::string_view document, std::size_t depth_max,
                              std::size_t attributes_max)
{
    return Scan(document, depth_max, attributes_max).run();
}

}  // namespace pivot::twiml
