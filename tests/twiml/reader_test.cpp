#include "twiml/reader.hpp"

#include "exact.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::twiml {
namespace {

Document read(std::string_view text, const Limits& limits = {}, std::string_view charset = {})
{
    Reader reader(limits);
    const ExactCopy exact(text);
    auto document = reader.read(exact.text(), charset);
    if (!document) throw std::runtime_error(document.error().message);
    return std::move(*document);
}

// The place and the sentence of the first error.
std::string error(std::string_view text, const Limits& limits = {}, std::string_view charset = {})
{
    Reader reader(limits);
    const ExactCopy exact(text);
    const auto document = reader.read(exact.text(), charset);
    if (document) return "none";
    if (document.error().reason == Reason::too_large) return "too_large";
    EXPECT_EQ(document.error().reason, Reason::invalid_twiml);
    EXPECT_EQ(document.error().phase, Phase::parse);
    EXPECT_FALSE(document.error().errors.empty());
    const Breach& breach = document.error().errors.front();
    return breach.at + " " + breach.error;
}

std::string warning(std::string_view text)
{
    const Document document = read(text);
    if (document.warnings().empty()) return "none";
    const Remark& remark = document.warnings().front();
    return fmt::format("{}:{} {}", remark.line, remark.column, remark.message);
}

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

TEST(Reader, a_gather_with_prompts_is_read_with_its_places)
{
    const Document document = read(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n"
        "  <Gather numDigits=\"1\" action=\" /menu?a=1&amp;b=2 \">\n"
        "    <Say voice=\"alice\">Press <!-- a key -->one.</Say>\n  </Gather>\n"
        "  <Hangup/>\n</Response>\n");
    EXPECT_TRUE(document.warnings().empty());
    auto verb = document.verbs().begin();
    const Element gather = *verb;
    EXPECT_EQ(gather.name(), Name::gather);
    EXPECT_EQ(gather.line(), 3U);
    EXPECT_EQ(gather.column(), 3U);
    EXPECT_EQ(gather.integer(Attribute::num_digits), 1);
    EXPECT_EQ(gather.text(Attribute::action), "/menu?a=1&b=2");
    EXPECT_EQ(gather.text(Attribute::finish_on_key), "#");
    EXPECT_FALSE(gather.has(Attribute::finish_on_key));
    EXPECT_EQ(gather.integer(Attribute::timeout), 5);
    EXPECT_EQ(gather.text(Attribute::method), "POST");
    const Element say = *gather.children().begin();
    EXPECT_EQ(say.text(), "Press one.");
    EXPECT_EQ(say.text(Attribute::voice), "alice");
    EXPECT_TRUE(say.ssml().empty());
    ++verb;
    EXPECT_EQ((*verb).name(), Name::hangup);
    ++verb;
    EXPECT_EQ(verb, document.verbs().end());
}

TEST(Reader, an_empty_response_has_no_verbs)
{
    EXPECT_TRUE(read("<Response/>").verbs().empty());
    EXPECT_TRUE(read("<Response></Response>").verbs().empty());
    EXPECT_TRUE(read("<Response> \n <!-- nothing --> </Response>").verbs().empty());
}

TEST(Reader, ssml_is_kept_as_xml_and_as_words)
{
    const Document document = read(
        "<Response><Say>Call <say-as interpret-as=\"digits\">1&amp;2</say-as> <break time=\"1s\"/>"
        "now</Say></Response>");
    const Element say = *document.verbs().begin();
    EXPECT_EQ(say.text(), "Call 1&2  now");
    EXPECT_EQ(say.ssml(),
              "Call <say-as interpret-as=\"digits\">1&amp;2</say-as> "
              "<break time=\"1s\"></break>now");
    EXPECT_TRUE(document.warnings().empty());
}

TEST(Reader, cdata_and_text_around_a_comment_are_one_text)
{
    const Document document =
        read("<Response><Say>a<!--x-->b<![CDATA[ <c> & ]]>d</Say></Response>");
    EXPECT_EQ((*document.verbs().begin()).text(), "ab <c> & d");
}

TEST(Reader, what_twiml_does_not_know_warns_and_is_skipped)
{
    EXPECT_EQ(warning("<Response>\n <Foobar/></Response>"), "2:2 Foobar is unknown, and skipped");
    EXPECT_TRUE(has(warning("<Response><say>x</say></Response>"), "did you mean Say?"));
    EXPECT_TRUE(
        has(warning("<Response><Message>x</Message></Response>"), "cannot stand in Response"));
    EXPECT_TRUE(has(warning("<Response><Gather><Dial>1</Dial></Gather></Response>"),
                    "Dial cannot stand in Gather"));
    EXPECT_TRUE(
        has(warning("<Response><Say Voice=\"x\">x</Say></Response>"), "did you mean voice?"));
    EXPECT_TRUE(
        has(warning("<Response><Say pitch=\"x\">x</Say></Response>"), "no attribute pitch"));
    EXPECT_EQ(warning("<Response>Words <Pause>that nobody says</Pause></Response>"), "none");
}

TEST(Reader, a_bad_value_warns_and_becomes_the_default_or_the_nearest)
{
    const auto gather = [](std::string_view attributes) {
        return fmt::format("<Response><Gather {}/></Response>", attributes);
    };
    const Document far = read(gather("timeout=\"99999\" numDigits=\"0\""));
    EXPECT_EQ((*far.verbs().begin()).integer(Attribute::timeout), 3'600);
    EXPECT_EQ((*far.verbs().begin()).integer(Attribute::num_digits), 1);
    EXPECT_EQ(far.warnings().size(), 2U);

    const Document odd = read(gather("timeout=\"soon\" method=\"PUT\" finishOnKey=\"##\""));
    EXPECT_EQ((*odd.verbs().begin()).integer(Attribute::timeout), 5);
    EXPECT_EQ((*odd.verbs().begin()).text(Attribute::method), "POST");
    EXPECT_EQ((*odd.verbs().begin()).text(Attribute::finish_on_key), "#");
    EXPECT_EQ(odd.warnings().size(), 3U);

    EXPECT_EQ(warning(gather("timeout=\"auto\" speechTimeout=\"auto\" finishOnKey=\"\"")), "none");
    EXPECT_TRUE(has(warning(gather("input=\"dtmf smell\"")), "smell"));
    EXPECT_TRUE(has(warning("<Response><Gather actionOnEmptyResult=\"True\"/></Response>"),
                    "true or false"));
    const Document huge = read(gather("timeout=\"99999999999999999999999\""));
    EXPECT_EQ((*huge.verbs().begin()).integer(Attribute::timeout), 3'600);
}

TEST(Reader, an_empty_finish_key_is_a_value)
{
    const Document document = read("<Response><Gather finishOnKey=\"\"/></Response>");
    EXPECT_TRUE((*document.verbs().begin()).has(Attribute::finish_on_key));
    EXPECT_EQ((*document.verbs().begin()).text(Attribute::finish_on_key), "");
}

TEST(Reader, strict_limits_refuse_what_else_warns)
{
    Limits strict;
    strict.is_strict = true;
    EXPECT_EQ(error("<Response><Foobar/></Response>", strict),
              "1:11 Foobar is unknown, and skipped");
    EXPECT_EQ(error("<Response><Say>x</Say></Response>", strict), "none");
}

TEST(Reader, what_xml_forbids_is_refused_with_its_place)
{
    const auto within = [](std::string_view text) {
        return fmt::format("<Response>\n<Say>{}</Say></Response>", text);
    };
    EXPECT_EQ(error(within("AT&T")), "2:8 a bare `&`: write &amp;");
    EXPECT_TRUE(has(error(within("&eacute;")), "there is no entity &eacute;"));
    EXPECT_TRUE(has(error(within("&#0;")), "character reference"));
    EXPECT_TRUE(has(error(within("&#xD800;")), "character reference"));
    EXPECT_TRUE(has(error(within("a ]]> b")), "]]&gt;"));
    EXPECT_TRUE(has(error(within("a < b")), "2:8 a bare `<`"));
    EXPECT_TRUE(has(error(within(std::string_view("\x01", 1))), "control character U+0001"));
    EXPECT_TRUE(has(error(within("\xC3(")), "2:1 there are bytes that are not UTF-8"));
    EXPECT_TRUE(has(error(within("<!-- a -- b -->")), "`--` is not allowed"));
    EXPECT_TRUE(has(error("<Response><Say voice=\"a<b\">x</Say></Response>"), "write &lt;"));
    EXPECT_TRUE(has(error("<Response><Say voice=\"a\" voice=\"b\">x</Say></Response>"), "twice"));
    EXPECT_TRUE(has(error("<Response><Say voice=a>x</Say></Response>"), "no quotes"));
    EXPECT_TRUE(has(error("<Response><Say voice>x</Say></Response>"), "no value"));
    EXPECT_TRUE(has(error("<Response/><Response/>"), "a second element"));
    EXPECT_TRUE(has(error("<Response/>x"), "text behind the end"));
    EXPECT_TRUE(has(error("x<Response/>"), "text before the document"));
    EXPECT_TRUE(has(error("\n<?xml version=\"1.0\"?><Response/>"), "very beginning"));
    EXPECT_TRUE(has(error("<Response><Say>x</Response>"), "does not match"));
    EXPECT_TRUE(has(error(""), "there is no element"));
    EXPECT_TRUE(has(error("<!-- only -->"), "there is no element"));
}

TEST(Reader, another_root_is_refused)
{
    EXPECT_EQ(error("<response/>"), "1:1 the root is response, not Response");
    EXPECT_TRUE(has(error("<html><body/></html>"), "the root is html"));
}

TEST(Reader, document_types_and_entities_are_refused)
{
    EXPECT_TRUE(
        has(error("<!DOCTYPE Response SYSTEM \"file:///etc/passwd\"><Response/>"), "DOCTYPE"));
    EXPECT_TRUE(has(error("<!DOCTYPE r [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]><Response/>"),
                    "DOCTYPE"));
}

TEST(Reader, encodings_other_than_utf8)
{
    const std::string_view latin =
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Response><Say>\xE9</Say></Response>";
    EXPECT_EQ((*read(latin).verbs().begin()).text(), "é");
    const std::string_view bare = "<Response><Say>\xE9</Say></Response>";
    EXPECT_EQ((*read(bare, {}, "iso-8859-1").verbs().begin()).text(), "é");
    EXPECT_EQ((*read("\xEF\xBB\xBF<Response><Say>é</Say></Response>").verbs().begin()).text(), "é");

    const std::string_view text = "<Response><Say>x</Say></Response>";
    std::string little = "\xFF\xFE";
    std::string big = "\xFE\xFF";
    for (const char c : text) {
        little += c;
        little += '\0';
        big += '\0';
        big += c;
    }
    EXPECT_EQ((*read(little).verbs().begin()).text(), "x");
    EXPECT_EQ((*read(big).verbs().begin()).text(), "x");
    little.pop_back();
    EXPECT_TRUE(has(error(little), "UTF-16"));
    EXPECT_TRUE(has(error("<?xml version=\"1.0\" encoding=\"EUC-JP\"?><Response/>"), "EUC-JP"));
    EXPECT_TRUE(has(error(text, {}, "utf-7"), "utf-7"));
}

TEST(Reader, five_megabytes_and_ten_thousand_levels_end_cleanly)
{
    EXPECT_EQ(error("<Response><Say>" + std::string(5'000'000, 'a') + "</Say></Response>"),
              "too_large");
    std::string deep = "<Response>";
    for (int i = 0; i < 10'000; ++i) deep += "<Gather>";
    EXPECT_TRUE(has(error(deep), "64 deep"));
    Limits wide;
    wide.elements_max = 100;
    std::string many = "<Response>";
    for (int i = 0; i < 200; ++i) many += "<Pause/>";
    EXPECT_TRUE(has(error(many + "</Response>", wide), "more than 100 elements"));
}

TEST(Reader, say_is_cut_off_at_its_limit_between_characters)
{
    std::string words;
    for (int i = 0; i < 5'000; ++i) words += "é";
    const Document document = read("<Response><Say>" + words + "</Say></Response>");
    EXPECT_EQ((*document.verbs().begin()).text().size(), 2U * 4'096);
    EXPECT_EQ(document.warnings().size(), 1U);
}

TEST(Reader, every_prefix_of_a_document_ends_cleanly)
{
    const std::string_view text =
        "<?xml version=\"1.0\"?><Response><Gather action='a&amp;b' numDigits=\"2\"><Say>a &#233; "
        "<![CDATA[x]]><!-- c --><emphasis level=\"strong\">e</emphasis></Say></Gather>"
        "<Dial><Conference waitUrl=\"\">r</Conference></Dial></Response>";
    Reader reader;
    for_each_prefix(text, [&](std::string_view prefix) {
        EXPECT_EQ(reader.read(prefix).has_value(), prefix.size() == text.size());
    });
}

TEST(Verbs, are_shown_as_json)
{
    std::string out;
    append_verbs(out, read("<Response><Gather numDigits=\"1\" bargeIn=\"true\"><Say>a \"b\"</Say>"
                           "</Gather></Response>"));
    EXPECT_EQ(out, R"([{"verb":"Gather","line":1,"attributes":{"numDigits":1,"bargeIn":true},)"
                   R"("children":[{"verb":"Say","line":1,"text":"a \"b\""}]}])");
    out.clear();
    append_verbs(out, read("<Response/>"));
    EXPECT_EQ(out, "[]");
}

}  // namespace
}  // namespace pivot::twiml
