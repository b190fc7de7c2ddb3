#include "execute/foresight.hpp"

#include "twiml/reader.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::execute {
namespace {

using Lines = std::vector<std::string>;

Lines foreseen(std::string_view verbs, const net::AddressPolicy& policy = {})
{
    const auto document =
        twiml::Reader().read(std::string("<Response>") + std::string(verbs) + "</Response>");
    EXPECT_TRUE(document);
    Lines lines;
    for (const twiml::Remark& remark : foresee(*document, policy)) lines.push_back(remark.message);
    return lines;
}

TEST(Foresight, a_sound_document_is_silent)
{
    EXPECT_EQ(foreseen(R"(<Gather action="/menu#rc=2" numDigits="1"><Say voice="alice">One</Say>
        <Play>https://media.example.com/a.mp3</Play></Gather>
        <Dial callerId="+14155550100"><Number statusCallback="https://app.example.com/s">
        +1 (415) 555-0199</Number><Sip>sip:bob@example.com?X-Tag=1</Sip><Client>ann</Client></Dial>
        <Record action="/done"/><Enqueue>Front Desk</Enqueue>
        <Play>hello_world</Play><Play digits="1w2"/><Redirect>../next</Redirect>)"),
              Lines());
    EXPECT_EQ(foreseen("<Dial><Conference>Team Zo\xc3\xab</Conference></Dial><Hangup/>"), Lines());
}

TEST(Foresight, whoever_cannot_be_called_has_a_warning)
{
    EXPECT_EQ(foreseen(R"(<Dial callerId="Acme Ltd">415-555-1212 x 12</Dial>)"),
              (Lines{"Dial: callerId is left out: \"Acme Ltd\" cannot be one for a switch",
                     "Dial: 415-555-1212 x 12 is not a phone number"}));
    EXPECT_EQ(foreseen("<Dial><Sip>\"Bob\" &lt;sip:bob@example.com&gt;</Sip></Dial>"),
              Lines{"Sip: \"\"Bob\" <sip:bob@example.com>\" is not a SIP URI"});
    EXPECT_EQ(foreseen("<Dial><Sip>sip:bob@example.com?Subject=x</Sip></Dial>"),
              Lines{"Sip: the header Subject is not a document's to set"});
    EXPECT_EQ(foreseen("<Dial><Client>Front Desk</Client></Dial>"),
              Lines{"Client: \"Front Desk\" is not a valid user name"});
    EXPECT_EQ(foreseen("<Dial><Sim>x</Sim></Dial>"), Lines{"Dial: Sim cannot be called from here"});
}

TEST(Foresight, more_than_ten_callees_have_one_warning)
{
    std::string nouns;
    for (int i = 0; i < 12; ++i) nouns += "<Number>10" + std::to_string(i) + "</Number>";
    EXPECT_EQ(foreseen("<Dial>" + nouns + "</Dial>"),
              Lines{"Dial: only ten are called; left out: 2"});
}

TEST(Foresight, urls_in_text_are_judged_like_those_in_attributes)
{
    EXPECT_EQ(foreseen("<Redirect>localhost:5000/next</Redirect>"),
              Lines{"Redirect: \"localhost:5000/next\" is not a URL"});
    EXPECT_EQ(foreseen("<Play>C:\\sounds\\hello.wav</Play>"),
              Lines{"Play: \"C:\\sounds\\hello.wav\" is neither a URL nor the name of a sound"});
    EXPECT_EQ(foreseen("<Play/>"), Lines{"Play: there is nothing to play"});
    EXPECT_EQ(foreseen("<Gather action=\"http://\"/>"), Lines{"action is not a URL: http://"});
}

TEST(Foresight, urls_are_judged_by_the_operators_policy)
{
    const std::string_view verbs =
        R"(<Gather action="http://10.0.0.5/x"/><Redirect>http://localhost/</Redirect>)";
    const Lines lines = foreseen(verbs);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(lines[0].starts_with("action: 10.0.0.5 is in 10.0.0.0/8 (private)")) << lines[0];
    EXPECT_TRUE(lines[1].starts_with("Redirect: localhost is this very host")) << lines[1];
    net::AddressPolicy policy;
    ASSERT_TRUE(policy.allow("10.0.0.0/8"));
    ASSERT_TRUE(policy.allow("localhost"));
    EXPECT_EQ(foreseen(verbs, policy), Lines());
    // The switch gets media itself.
    EXPECT_EQ(foreseen("<Play>http://10.0.0.5/a.wav</Play>"), Lines());
}

TEST(Foresight, names_that_no_switch_can_be_given_have_a_warning)
{
    EXPECT_EQ(foreseen(R"(<Dial><Conference>a|b</Conference></Dial>)"),
              Lines{"Conference: \"a|b\" cannot be the name of a room"});
    EXPECT_EQ(foreseen("<Enqueue>a|b</Enqueue>"),
              Lines{"Enqueue: \"a|b\" cannot be the name of a queue"});
    EXPECT_EQ(foreseen(R"(<Say voice="a;b">x</Say>)"),
              Lines{"Say: voice is left out: \"a;b\" cannot be one for a switch"});
}

TEST(Foresight, a_record_without_an_action_loops)
{
    const Lines lines = foreseen("<Say>Speak</Say><Record/>");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_TRUE(lines[0].starts_with("Record without an action asks for this document again"));
}

TEST(Foresight, verbs_that_are_never_performed_have_a_warning)
{
    EXPECT_EQ(foreseen("<Hangup/><Say>a</Say><Say>b</Say>"),
              Lines{"Say is never performed, nor is what follows: the Hangup in line 1 ends the "
                    "document"});
    EXPECT_EQ(foreseen(R"(<Dial action="/done">100</Dial><Hangup/>)"),
              Lines{"Hangup is never performed, nor is what follows: the Dial in line 1 ends the "
                    "document"});
    EXPECT_EQ(foreseen("<Dial>100</Dial><Say>a</Say><Redirect/>"), Lines());
    EXPECT_EQ(foreseen(R"(<Gather action="/a"/><Say>a</Say>)"), Lines());
    EXPECT_EQ(foreseen("<Echo/>"), Lines{"Echo is not performed here, and skipped"});
}

}  // namespace
}  // namespace pivot::execute
