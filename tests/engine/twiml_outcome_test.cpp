// Answers in TwiML: what is processed, and what is refused.
#include "base/json.hpp"
#include "engine/engine_fixture.hpp"

namespace pivot::test {
namespace {

constexpr std::string_view document =
    "\n<Response>\n<Say loop=\"2\">Hello</Say>\n<Foobar/></Response>";
constexpr std::string_view verbs =
    R"([{"verb":"Say","line":3,"attributes":{"loop":2},"text":"Hello"}])";

testing::AssertionResult has_verbs(const Outcome& outcome, std::string_view expected)
{
    const bool is_whole = outcome.kind == OutcomeKind::processed && !outcome.failure &&
                          outcome.next.empty() && outcome.flow.empty() &&
                          outcome.format == Format::twiml && outcome.verbs == expected;
    return (is_whole ? testing::AssertionSuccess() : testing::AssertionFailure())
           << outcome.to_json();
}

std::string first_error(const Outcome& outcome)
{
    if (!outcome.failure || outcome.failure->errors.empty()) return "none";
    return outcome.failure->errors.front().at + " " + outcome.failure->errors.front().error;
}

TEST(Twiml, verbs_and_warnings_are_the_outcome)
{
    const auto outcome = ask(answer(document, "text/xml"));
    EXPECT_TRUE(has_verbs(outcome, verbs));
    ASSERT_EQ(outcome.warnings.size(), 1U);
    EXPECT_EQ(outcome.warnings[0].at, "4:1");
    EXPECT_NE(outcome.warnings[0].error.find("Foobar"), std::string::npos);
    const std::string json = outcome.to_json();
    EXPECT_NE(json.find(R"("format":"twiml","verbs":)" + std::string(verbs) +
                        R"(,"warnings":[{"at":"4:1","error":")"),
              std::string::npos)
        << json;
    EXPECT_EQ(json.find("\"flow\""), std::string::npos);
    ASSERT_TRUE(outcome.unknown_element);
    EXPECT_EQ(outcome.unknown_element->at, "4:1");
    EXPECT_TRUE(outcome.has_unknown_verbs);
}

TEST(Twiml, an_empty_response_has_no_verbs)
{
    const auto outcome = ask(answer("<Response/>", "application/xml"));
    EXPECT_TRUE(has_verbs(outcome, "[]"));
    EXPECT_EQ(outcome.to_json().find("warnings"), std::string::npos);
    EXPECT_FALSE(outcome.unknown_element);
}

TEST(Twiml, types_of_xml_and_html_are_twiml)
{
    for (const auto* type : {"text/xml", "text/xml; charset=utf-8", "Application/XML",
                             "application/twiml+xml", "text/html", "Text/HTML; charset=UTF-8"}) {
        EXPECT_TRUE(has_verbs(ask(answer(document, type)), verbs)) << type;
        EXPECT_TRUE(has_failed(ask(answer("hello", type)), Reason::invalid_twiml, Phase::parse))
            << type;
    }
}

TEST(Twiml, an_xml_type_is_believed_whatever_the_body)
{
    EXPECT_TRUE(has_failed(ask(answer(hello, "application/xml")), Reason::invalid_twiml));
}

TEST(Twiml, a_json_type_is_believed_whatever_the_body)
{
    EXPECT_TRUE(has_failed(ask(answer(document)), Reason::invalid_json));
}

TEST(Twiml, of_another_type_the_first_sign_decides)
{
    for (const auto* type : {"text/plain", "", "image/png"}) {
        EXPECT_TRUE(has_verbs(ask(answer(document, type)), verbs)) << type;
    }
}

TEST(Twiml, utf16_is_known_by_its_byte_order_mark)
{
    std::string text = "\xFF\xFE";
    for (const char c : document) {
        text += c;
        text += '\0';
    }
    for (const auto* type : {"text/plain", "text/xml", "text/xml; charset=utf-16"}) {
        EXPECT_TRUE(has_verbs(ask(answer(text, type)), verbs)) << type;
    }
}

TEST(Twiml, the_charset_of_the_content_type_counts)
{
    const std::string_view latin = "<Response><Say>\xE9</Say></Response>";
    for (const auto* type : {"text/xml; charset=iso-8859-1", "text/xml;charset=\"iso-8859-1\";",
                             "text/xml; version=\"1\"; Charset = \"ISO-8859-1\""}) {
        const auto outcome = ask(answer(latin, type));
        EXPECT_TRUE(has_verbs(outcome, R"([{"verb":"Say","line":1,"text":"é"}])")) << type;
    }
    const auto refused = ask(answer(latin, "text/xml; charset=koi8-r"));
    EXPECT_TRUE(has_failed(refused, Reason::invalid_twiml));
    EXPECT_NE(first_error(refused).find("koi8-r"), std::string::npos) << first_error(refused);
}

TEST(Twiml, errors_have_line_and_column)
{
    const auto outcome = ask(answer("<Response>\n<Say>AT&T</Say></Response>", "text/xml"));
    EXPECT_TRUE(has_failed(outcome, Reason::invalid_twiml, Phase::parse));
    EXPECT_TRUE(first_error(outcome).starts_with("2:8 ")) << first_error(outcome);
    EXPECT_TRUE(says(outcome, "&amp;")) << outcome.failure->message;
}

TEST(Twiml, a_strict_engine_refuses_what_else_warns)
{
    HttpPeer peer{answer(document, "text/xml")};
    auto config = loopback();
    config.twiml.is_strict = true;
    const auto outcome = Pivots(config).run(node(peer.url("/")));
    EXPECT_TRUE(has_failed(outcome, Reason::invalid_twiml));
    EXPECT_TRUE(first_error(outcome).starts_with("4:1 Foobar")) << first_error(outcome);
}

}  // namespace
}  // namespace pivot::test
