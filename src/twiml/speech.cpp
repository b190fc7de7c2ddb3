#include "twiml/speech.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace pivot::twiml {

namespace {

// The size in bytes of the first `characters` of a text.
std::size_t bytes_of(std::string_view text, std::size_t characters)
{
    if (text.size() <= characters) return text.size();
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (!continues_character(text[at]) && characters-- == 0) break;
    }
    return at;
}

}  // namespace

bool stands_apart(Name part)
{
    return part == Name::break_ || part == Name::p || part == Name::s;
}

void Speech::clear()
{
    words_.clear();
    ssml_.clear();
    characters_ = 0;
    has_parts_ = is_apart_ = is_gap_ = is_replaced_ = is_cut_ = false;
}

void Speech::say(std::string_view text)
{
    if (is_cut_) return;
    const bool is_gap = std::exchange(is_gap_, false);
    if (is_replaced_) return append_xml(ssml_, text);
    const std::size_t size_before = words_.size();
    append_word(text);
    if (!has_parts_) return;
    if (is_gap) ssml_ += ' ';
    append_xml(ssml_, is_cut_ ? std::string_view(words_).substr(size_before) : text);
}

void Speech::append_word(std::string_view text)
{
    if (words_.empty()) text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (text.empty()) return;
    const bool joins = !words_.empty() && blanks.find(words_.back()) == blanks.npos &&
                       blanks.find(text.front()) == blanks.npos;
    if (is_apart_ && joins && characters_ < say_characters_max) {
        words_ += ' ';
        ++characters_;
    }
    is_apart_ = false;
    const std::string_view kept = text.substr(0, bytes_of(text, say_characters_max - characters_));
    words_ += kept;
    characters_ += count_characters(kept);
    is_cut_ = text.find_first_not_of(blanks, kept.size()) != text.npos;
}

void Speech::part()
{
    is_apart_ = is_gap_ = true;
}

// The same by an element that `ssml_` has.
void Speech::stand_apart()
{
    is_apart_ = true;
    is_gap_ = false;
}

void Speech::open(Name part)
{
    if (!has_parts_) append_xml(ssml_, words_);
    has_parts_ = true;
    if (stands_apart(part)) stand_apart();
    ssml_ += '<';
    ssml_ += name(part);
}

void Speech::give(Attribute attribute, std::string_view value)
{
    ssml_ += ' ';
    ssml_ += name(attribute);
    ssml_ += "=\"";
    append_xml(ssml_, value);
    ssml_ += '"';
    if (attribute != Attribute::alias) return;
    append_word(value);
    is_replaced_ = true;
}

void Speech::enter()
{
    ssml_ += '>';
}

void Speech::close(Name part)
{
    if (stands_apart(part)) stand_apart();
    if (part == Name::sub) is_replaced_ = false;
    ssml_ += "</";
    ssml_ += name(part);
    ssml_ += '>';
}

std::string_view Speech::words() const
{
    return trim(words_, blanks);
}

std::string_view Speech::ssml() const
{
    return has_parts_ ? trim(ssml_, blanks) : std::string_view();
}

}  // namespace pivot::twiml
