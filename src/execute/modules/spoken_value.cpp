#include "execute/modules/spoken_value.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

struct Interpretation {
    std::string_view type;
    std::string_view as;  // interpret-as of SSML
};

constexpr Interpretation interpretations[] = {
    {"account_number", "digits"},
    {"currency", "currency"},
    {"current_date", "date"},
    {"current_time", "time"},
    {"items", "cardinal"},
    {"messages", "cardinal"},
    {"name_phonetic", "characters"},
    {"name_spelled", "characters"},
    {"number", "cardinal"},
    {"persons", "cardinal"},
    {"postal_address", "address"},
    {"telephone_extension", "digits"},
    {"telephone_number", "telephone"},
};

// Empty if the value is spoken as any other text.
std::string_view interpretation(std::string_view type, std::string_view method)
{
    if (method == "iterated") return "characters";
    if (method == "counted") return "ordinal";
    const auto* const found = std::ranges::find(interpretations, type, &Interpretation::type);
    return found == std::end(interpretations) ? "" : found->as;
}

// Spells for speech without SSML. The bytes of a UTF-8 character stay together.
std::string spell(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (!out.empty() && !continues_character(c)) out += ' ';
        out += c;
    }
    return out;
}

}  // namespace

Speech spoken_value(std::string_view text, std::string_view type, std::string_view method)
{
    const std::string_view as = interpretation(type, method);
    Speech speech;
    speech.text = OpaqueText(as == "characters" || as == "digits" ? spell(text) : text);
    if (!as.empty()) {
        std::string escaped;
        append_xml(escaped, text);
        speech.ssml =
            OpaqueText(fmt::format(R"(<say-as interpret-as="{}">{}</say-as>)", as, escaped));
    }
    return speech;
}

}  // namespace pivot::execute::modules
