// From a tree of XML elements to a document: what is not TwiML becomes a warning.
#pragma once

#include "twiml/document.hpp"
#include "twiml/grammar.hpp"
#include "twiml/lines.hpp"
#include "twiml/speech.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace pivot::twiml {

// Writes one document. Its tree refers to `text`, and `lines` are its lines. It recurses for each
// level of nesting, which the reader limits.
class Writer {
public:
    Writer(std::string_view text, const Lines& lines) : text_(text), lines_(lines) {}

    // `root` is a Response.
    Document write(pugi::xml_node root);

private:
    using Text = Document::Text;

    void write_element(pugi::xml_node node, const ElementRule& rule, Name parent);
    void write_attributes(pugi::xml_node node, const ElementRule& rule, Name parent);
    void write_value(pugi::xml_attribute attribute, const ElementRule& element,
                     const AttributeRule& rule);
    Text write_text(pugi::xml_node node);
    void write_children(pugi::xml_node node, const ElementRule& rule);
    void write_child(pugi::xml_node child, const ElementRule& parent);
    void skip_unknown(pugi::xml_node child, const ElementRule& parent);

    void write_speech(pugi::xml_node say, std::size_t index);
    void write_spoken(pugi::xml_node node, const ElementRule& rule);
    void write_unknown_markup(pugi::xml_node child, const ElementRule& rule);
    void write_words(pugi::xml_node markup, const ElementRule& rule, bool is_apart);
    void write_spoken_part(pugi::xml_node part, const ElementRule& rule);

    void check_attributes(pugi::xml_node node, const ElementRule& rule);
    void check_content(pugi::xml_node node, std::size_t index);
    std::string sentence_about(pugi::xml_node unknown, const ElementRule& parent,
                               std::string_view effect) const;
    void warn_unknown(pugi::xml_attribute attribute, const ElementRule& element);

    // The rule of an attribute. Returns null, after a warning if need be, if the element has none.
    const AttributeRule* find_rule(pugi::xml_attribute attribute, const ElementRule& element);

    Text keep(std::string_view text);

    // `part` is a name or value in the text.
    std::size_t offset(const char* part) const;
    std::size_t offset(pugi::xml_node node) const { return offset(node.name()) - 1; }

    // Formats no message beyond the limit.
    template <typename... Args>
    void warn(std::size_t at, fmt::format_string<Args...> format, Args&&... args)
    {
        if (warning_count_++ >= Document::warnings_max) return;
        document_.warnings_.push_back(
            lines_.place(at, fmt::format(format, std::forward<Args>(args)...)));
    }

    const std::string_view text_;
    const Lines& lines_;
    Document document_;
    std::size_t warning_count_ = 0;
    Speech speech_;
    std::string words_;    // of the current element
    std::string scratch_;  // of the current value
};

}  // namespace pivot::twiml
