// Hostile text in every attribute of every element: none of it reaches the channel.
#include "execute/hostile_text.hpp"
#include "execute/verb_fixture.hpp"
#include "twiml/grammar.hpp"

namespace pivot::test {
namespace {

std::string xml_of(std::string_view text)
{
    std::string out;
    for (const char c : text) fmt::format_to(std::back_inserter(out), "&#{};", int(c));
    return out;
}

// Something that the element can do its work with.
std::string_view content_of(twiml::Name name)
{
    using twiml::Name;
    switch (name) {
        case Name::sip:
        case Name::uri: return "sip:ann@example.com";
        case Name::number: return "+14155550100";
        case Name::play: return "/m.mp3";
        case Name::client:
        case Name::identity:
        case Name::user:
        case Name::device: return "ann";
        case Name::redirect: return "/done";
        default: return "text";
    }
}

class HostileDocument : public VerbTest {
protected:
    HostileDocument() { keep_no_records(); }

    // The element in the first of its parents, and so on up to the document.
    static std::string within_parents(twiml::Name name, std::string element)
    {
        const twiml::NameSet parents = twiml::rule_of(name).parents;
        if (parents.has(twiml::Name::response)) return element;
        for (std::size_t i = 0; i < twiml::name_count; ++i) {
            const auto parent = static_cast<twiml::Name>(i);
            if (!parents.has(parent) || parent == name) continue;
            return within_parents(parent,
                                  fmt::format("<{0}>{1}</{0}>", twiml::name(parent), element));
        }
        return element;
    }

    void try_element(twiml::Name name, std::string_view attributes, std::string_view content)
    {
        renew();
        answer_dials();
        const std::string element =
            fmt::format("<{0} {1}>{2}</{0}>", twiml::name(name), attributes, content);
        SCOPED_TRACE(element);
        run(within_parents(name, element));
        expect_harmless(*channel);
    }
};

// The attributes of an element for which `is_meant` holds, each with this text.
template <typename Test>
std::string attributes_of(twiml::Name name, std::string_view text, Test is_meant)
{
    std::string attributes;
    for (const auto& rule : twiml::rule_of(name).attributes) {
        if (!is_meant(rule)) continue;
        attributes += fmt::format(R"({}="{}" )", twiml::name(rule.attribute), xml_of(text));
    }
    return attributes;
}

TEST_F(HostileDocument, never_comes_to_the_channel_out_of_a_document)
{
    const auto is_text = [](const auto& rule) { return rule.type == twiml::Type::text; };
    const auto is_checked = [](const auto& rule) { return rule.type != twiml::Type::text; };
    for (std::size_t i = 1; i < twiml::name_count; ++i) {
        const auto name = static_cast<twiml::Name>(i);
        if (twiml::is_ssml(name)) continue;  // within what is spoken, which is opaque
        const std::string_view content = content_of(name);
        for (const std::string_view text : hostile) {
            try_element(name, "", xml_of(text));
            try_element(name, attributes_of(name, text, is_text), content);
        }
        try_element(name, attributes_of(name, hostile.front(), is_checked), content);
    }
}

}  // namespace
}  // namespace pivot::test
