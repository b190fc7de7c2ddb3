#include "twiml/reader.hpp"

#include "exact.hpp"

#include <new>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

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
    EXPECT_EQ(say.text(), "Call 1&2 now");
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
    EXPECT_TRUE(has(warning("<Response><Geather/></Response>"), "did you mean Gather?"));
    EXPECT_TRUE(
        has(warning("<Response><Gather><Pley>/a</Pley></Gather></Response>"), "mean Play?"));
    EXPECT_TRUE(
        has(warning("<Response><Gather numDigit=\"1\"/></Response>"), "did you mean numDigits?"));
    EXPECT_TRUE(has(warning("<Response><Message>x</Message></Response>"), "cannot be in Response"));
    EXPECT_TRUE(has(warning("<Response><Gather><Dial>1</Dial></Gather></Response>"),
                    "Dial cannot be in Gather"));
    EXPECT_TRUE(
        has(warning("<Response><Say Voice=\"x\">x</Say></Response>"), "did you mean voice?"));
    EXPECT_TRUE(
        has(warning("<Response><Say pitch=\"x\">x</Say></Response>"), "no attribute pitch"));
    EXPECT_EQ(warning("<Response>Words <Pause>that nobody says</Pause></Response>"), "none");
}

TEST(Reader, a_bad_value_warns_and_becomes_the_default_or_the_greatest)
{
    const auto gather = [](std::string_view attributes) {
        return fmt::format("<Response><Gather {}/></Response>", attributes);
    };
    const Document far = read(gather("timeout=\"99999\" numDigits=\"0\""));
    EXPECT_EQ((*far.verbs().begin()).integer(Attribute::timeout), 3'600);
    EXPECT_EQ((*far.verbs().begin()).integer(Attribute::num_digits), 0);
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
    const Document low = read("<Response><Say loop=\"-1\">a</Say></Response>");
    EXPECT_EQ((*low.verbs().begin()).integer(Attribute::loop), 1);
    EXPECT_EQ(low.warnings().size(), 1U);
    const Document lowest = read(gather("timeout=\"-99999999999999999999999\""));
    EXPECT_EQ((*lowest.verbs().begin()).integer(Attribute::timeout), 5);
}

TEST(Reader, what_says_nothing_warns)
{
    const auto dial = [](std::string_view content) {
        return fmt::format("<Response><Dial>{}</Dial></Response>", content);
    };
    for (const std::string_view noun : {"Number", "Sip", "Client", "Conference", "Queue"}) {
        EXPECT_TRUE(has(warning(dial(fmt::format("<{0}> </{0}>", noun))), "is empty")) << noun;
    }
    EXPECT_TRUE(has(warning(dial("")), "Dial is empty"));
    EXPECT_TRUE(has(warning(dial("1<Number>2</Number>")), "the text of Dial is not called"));
    EXPECT_TRUE(has(warning("<Response><Enqueue/></Response>"), "Enqueue is empty"));
    EXPECT_EQ(warning("<Response><Enqueue workflowSid=\"W1\"/></Response>"), "none");
    EXPECT_EQ(warning(dial("<Client><Identity>ann</Identity></Client>")), "none");
}

TEST(Reader, a_flaw_of_an_attribute_has_the_place_of_its_name_or_its_value)
{
    EXPECT_TRUE(warning("<Response>\n<Say\n  voice='a'\n  pitch='b'/></Response>")
                    .starts_with("4:3 Say has no attribute pitch"));
    EXPECT_TRUE(warning("<Response>\n<Gather numDigits='1'\n timeout = 'soon'/></Response>")
                    .starts_with("3:13 timeout of Gather is \"soon\""));
    EXPECT_TRUE(
        warning("<Response><Gather timeout=''/></Response>").starts_with("1:28 timeout of"));
}

TEST(Reader, warnings_come_in_the_order_of_the_text)
{
    const Document document = read(
        "<Response><Say loop='x'>a<p>b</p><Foo/></Say><Bar/><Dial a='b'><Baz/></Dial></Response>");
    ASSERT_EQ(document.warnings().size(), 6U);
    for (std::size_t i = 1; i < 6; ++i) {
        EXPECT_LT(document.warnings()[i - 1].column, document.warnings()[i].column);
    }
}

TEST(Reader, of_very_many_warnings_the_last_says_how_many)
{
    std::string text = "<Response>";
    for (int i = 0; i < 5'000; ++i) text += "<Foo/>";
    text += "</Response>";
    const Document document = read(text);
    ASSERT_EQ(document.warnings().size(), Document::warnings_max);
    EXPECT_TRUE(has(document.warnings().back().message, "there are 5000 warnings"));
    Limits strict;
    strict.is_strict = true;
    Reader reader(strict);
    const auto refused = reader.read(text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().errors.size(), Document::warnings_max);
}

TEST(Reader, nouns_of_every_kind_keep_their_attributes)
{
    const Document document = read(
        "<Response><Connect><ConversationRelay url='wss://r.example.com/' voice='v' "
        "interruptible='speech' ignorebackchannel='true'/></Connect>"
        "<Start><Transcription statusCallbackUrl='/t' partialResults='true'/>"
        "<Recording channels='mono' recordingStatusCallback='/r'/>"
        "<Siprec connectorName='c' statusCallbackMethod='get'/></Start></Response>");
    EXPECT_TRUE(document.warnings().empty()) << document.warnings().front().message;
    auto verb = document.verbs().begin();
    const Element relay = *(*verb).children().begin();
    EXPECT_EQ(relay.text(Attribute::url), "wss://r.example.com/");
    EXPECT_EQ(relay.text(Attribute::voice), "v");
    EXPECT_EQ(relay.text(Attribute::interruptible), "speech");
    ++verb;
    auto noun = (*verb).children().begin();
    EXPECT_EQ((*noun).text(Attribute::status_callback_url), "/t");
    EXPECT_TRUE((*noun).is_true(Attribute::partial_results));
    ++noun;
    EXPECT_EQ((*noun).text(Attribute::channels), "mono");
    ++noun;
    EXPECT_EQ((*noun).text(Attribute::status_callback_method), "GET");
}

TEST(Reader, a_conference_has_the_attributes_of_kazoo)
{
    const Document document = read(
        "<Response><Dial><Conference deaf='true' play_name='true' play_entry_prompt='false' "
        "announceCount='2' callerControls='a' moderatorControls='b' energyLevel='30' "
        "comfortNoise='500' interval='40' rate='8000' callerIdName='n' callerIdNumber='1' "
        "engine='flite' voice='male'>room</Conference></Dial></Response>");
    EXPECT_TRUE(document.warnings().empty()) << document.warnings().front().message;
    const Element conference = *(*document.verbs().begin()).children().begin();
    EXPECT_TRUE(conference.is_true(Attribute::deaf));
    EXPECT_FALSE(conference.is_true(Attribute::play_entry_prompt));
    EXPECT_EQ(conference.integer(Attribute::rate), 8'000);
}

TEST(Reader, kazoo_5_has_attributes_of_its_own)
{
    const Document document = read(
        "<Response><Record recordingUrl='http://r.example.com/' recordStoreMethod='POST'/>"
        "<Dial recordingUrl='http://r.example.com/' recordStoreMethod='put' record='true' "
        "dialMusic='x' bridgeEndAction='continue'>+14155550123</Dial>"
        "<Dial><Conference id='room1' profileName='sales' endConferenceOnLastMemberExit='true' "
        "deaf='true' recordingUrl='http://r.example.com/'>room</Conference></Dial>"
        "<Start><Stream name='a' url='/s' audioCodec='pcm16' audioMix='stereo' rawAudio='true' "
        "sampleRate='16k'/></Start><Stop><Stream id='7'/></Stop></Response>");
    EXPECT_TRUE(document.warnings().empty()) << document.warnings().front().message;
    auto verb = document.verbs().begin();
    EXPECT_EQ((*verb).text(Attribute::record_store_method), "POST");
    ++verb;
    EXPECT_EQ((*verb).text(Attribute::recording_url), "http://r.example.com/");
}

TEST(Reader, attributes_belong_to_the_nouns_that_have_them)
{
    const auto dial = [](std::string_view noun) {
        return fmt::format("<Response><Dial>{}</Dial></Response>", noun);
    };
    EXPECT_TRUE(has(warning(dial("<Number username='a'>1</Number>")), "no attribute username"));
    EXPECT_TRUE(
        has(warning(dial("<Client machineDetection='Enable'>a</Client>")), "no attribute machine"));
    EXPECT_EQ(warning(dial("<Sip username='a' password='b'>sip:a@b</Sip>")), "none");
    EXPECT_EQ(warning(dial("<Number sendDigits='ww12W#'>1</Number>")), "none");
    EXPECT_TRUE(has(warning(dial("<Number sendDigits='1,2'>1</Number>")), "the rest is left out"));
}

TEST(Reader, a_conference_or_a_queue_is_the_only_noun_of_its_dial)
{
    const auto kept = [](std::string_view nouns) {
        const Document document = read(fmt::format("<Response><Dial>{}</Dial></Response>", nouns));
        std::string names;
        for (const Element noun : (*document.verbs().begin()).children()) {
            names += name(noun.name());
            names += ' ';
        }
        return names + std::to_string(document.warnings().size());
    };
    EXPECT_EQ(kept("<Number>1</Number><Conference>r</Conference>"), "Conference 1");
    EXPECT_EQ(kept("<Queue>q</Queue><Conference>r</Conference><Sip>s</Sip>"), "Queue 2");
    EXPECT_EQ(kept("<Sim>s</Sim><Number>1</Number><Number>2</Number>"), "Number Number 1");
    EXPECT_EQ(kept("<Sim>s</Sim><WhatsApp>1</WhatsApp>"), "Sim 1");
    EXPECT_EQ(kept("<Number>1</Number><Client>a</Client><Sip>s</Sip>"), "Number Client Sip 0");
    EXPECT_TRUE(has(warning("<Response><Dial><Sip>s</Sip><Queue>q</Queue></Dial></Response>"),
                    "Sip is skipped: Queue stands alone in a Dial"));
}

TEST(Reader, a_missing_attribute_that_is_needed_warns)
{
    EXPECT_EQ(warning("<Response><Connect>\n <ConversationRelay/></Connect></Response>"),
              "2:2 ConversationRelay needs the attribute url");
    EXPECT_EQ(warning("<Response><Connect><Stream name='a'/></Connect></Response>"), "none");
    EXPECT_EQ(warning("<Response><Stop><Stream name='a'/></Stop></Response>"), "none");
    EXPECT_TRUE(has(warning("<Response><Set><Variable value='1'/></Set></Response>"), "key"));
    EXPECT_TRUE(has(warning("<Response><Say><sub>a</sub></Say></Response>"), "alias"));
}

TEST(Reader, a_url_of_another_scheme_warns_and_is_as_none)
{
    const Document document = read(
        "<Response><Gather action='ftp://example.com/a'/><Gather action='a:b'/>"
        "<Gather action='/a:b'/><Gather action='HTTPS://example.com/'/></Response>");
    EXPECT_EQ(document.warnings().size(), 2U);
    EXPECT_FALSE((*document.verbs().begin()).has(Attribute::action));
    EXPECT_TRUE(has(warning("<Response><Start><Stream url='https://a/'/></Start></Response>"),
                    "expected a URL of wss ws"));
}

TEST(Reader, digits_of_a_play_are_not_for_a_gather)
{
    const Document document =
        read("<Response><Gather><Play digits='12'/></Gather><Play digits='1w2'/></Response>");
    EXPECT_EQ(document.warnings().size(), 1U);
    const Element play = *(*document.verbs().begin()).children().begin();
    EXPECT_FALSE(play.has(Attribute::digits));
}

TEST(Reader, an_empty_finish_key_is_a_value)
{
    const Document document = read("<Response><Gather finishOnKey=\"\"/></Response>");
    EXPECT_TRUE((*document.verbs().begin()).has(Attribute::finish_on_key));
    EXPECT_EQ((*document.verbs().begin()).text(Attribute::finish_on_key), "");
}

TEST(Reader, the_first_unknown_element_is_told_and_a_verb_before_others)
{
    struct Case {
        std::string_view verbs;
        std::string_view unknown;  // empty if there is none
        bool is_verb;
    };
    for (const Case& one : {
             Case{"<Say>one<br/></Say><Gather Timeout='5'/><Dial><Stop/></Dial>", "", false},
             Case{"<Gather><Pley/><Foo/></Gather>",
                  "1:19: Pley is unknown, and skipped: did you mean Play?", false},
             Case{"<Gather><Pley/></Gather><Foo/><Bar/>", "1:35: Foo is unknown, and skipped",
                  true},
             Case{"<Foo/><Gather><Pley/></Gather>", "1:11: Foo is unknown, and skipped", true},
         }) {
        const Document document = read(fmt::format("<Response>{}</Response>", one.verbs));
        const Remark* const found = document.unknown_element();
        const std::string told =
            found == nullptr ? ""
                             : fmt::format("{}:{}: {}", found->line, found->column, found->message);
        EXPECT_EQ(told, one.unknown);
        EXPECT_EQ(document.has_unknown_verbs(), one.is_verb) << one.verbs;
    }
}

TEST(Reader, an_unknown_element_is_told_beyond_the_limit_on_warnings)
{
    std::string pages = "<Response>";
    for (std::size_t i = 0; i < Document::warnings_max; ++i) pages += "<Pause Length='1'/>";
    const Document document = read(pages + "<Foo/></Response>");
    ASSERT_NE(document.unknown_element(), nullptr);
    EXPECT_EQ(document.unknown_element()->message, "Foo is unknown, and skipped");
}

TEST(Reader, strict_limits_refuse_what_else_warns)
{
    Limits strict;
    strict.is_strict = true;
    EXPECT_EQ(error("<Response><Foobar/></Response>", strict),
              "1:11 Foobar is unknown, and skipped");
    EXPECT_EQ(error("<Response><Say>x</Say></Response>", strict), "none");
    for (const std::string_view text :
         {"<Gather timeout='soon'/>", "<Gather timeout='9999'/>", "<Say Voice='x'>x</Say>",
          "<Gather><Dial/></Gather>", "<Dial><Queue/><Sip/></Dial>",
          "<Connect><ConversationRelay/></Connect>", "<Say><p><p>x</p></p></Say>",
          "<Message>x</Message>"}) {
        EXPECT_NE(error(fmt::format("<Response>{}</Response>", text), strict), "none") << text;
    }
    Reader reader(strict);
    const auto refused = reader.read("<Response><A/>\n<B/>\n<C/></Response>");
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().errors.size(), 3U);
    EXPECT_EQ(refused.error().errors[2].at, "3:1");
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
    EXPECT_TRUE(has(error(within("\xC3(")), "2:6 there are bytes that are not UTF-8"));
    EXPECT_TRUE(has(error(within("<!-- a -- b -->")), "`--` is not allowed"));
    for (const std::string_view bad : {"\x01", "\x07", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (const auto* around : {"<!-- {} -->", "<?p {}?>", "<![CDATA[{}]]>", "{}", "<Foo{}/>",
                                   "<Foo a{}=''/>", "<Foo a='{}'/>"}) {
            EXPECT_NE(error(within(fmt::format(fmt::runtime(around), bad))), "none") << around;
        }
    }
    const std::string nul(1, '\0');
    EXPECT_TRUE(has(error(within("<!-- " + nul + " -->")), "2:11 the control character U+0000"));
    EXPECT_TRUE(has(error(within("<![CDATA[" + nul + "]]>")), "U+0000"));
    EXPECT_TRUE(has(error(within("<? p?>")), "is not followed by a name"));
    EXPECT_EQ(error(within("<!-- \xEF\xBC\x81 & < ]]> --><![CDATA[&<]]><?p &<?>")), "none");
    EXPECT_TRUE(has(error("<Response><Say voice=\"a<b\">x</Say></Response>"), "write &lt;"));
    EXPECT_TRUE(has(error("<Response><Say voice=\"a\" voice=\"b\">x</Say></Response>"), "twice"));
    EXPECT_TRUE(has(error("<Response><Say voice=a>x</Say></Response>"), "no quotes"));
    EXPECT_TRUE(has(error("<Response><Say voice>x</Say></Response>"), "no value"));
    EXPECT_TRUE(has(error("<Response/><Response/>"), "a second element"));
    EXPECT_TRUE(has(error("<Response/>x"), "text after the end"));
    EXPECT_TRUE(has(error("x<Response/>"), "text before the document"));
    EXPECT_TRUE(has(error("\n<?xml version=\"1.0\"?><Response/>"), "very beginning"));
    EXPECT_EQ(error("<Response>\n<Say>x</Response>"),
              "2:7 the end tag does not match the open element: Say of line 2");
    EXPECT_TRUE(has(error("<Response><Say>x</ Say></Response>"), "does not match"));
    EXPECT_EQ(error("<Response><Say >x</Say ><Say>y</Say\n></Response>"), "none");
    EXPECT_TRUE(has(error(""), "has no element"));
    EXPECT_TRUE(has(error("<!-- only -->"), "has no element"));
}

// Each as expat and libxml2 have it.
TEST(Reader, declarations_instructions_names_and_tags_are_what_xml_says)
{
    struct Row {
        std::string_view document;
        std::string_view error;  // a part of it
    };
    using namespace std::string_view_literals;
    constexpr std::string_view write = "this is not an XML declaration: write <?xml version=";
    constexpr Row rows[] = {
        {"<Response><Say>a</Say></Response\0\0>"sv, "1:33 the end tag has more than a name"},
        {"<Response><Say>a</Say></Response\0><!-- x -->"sv, "the end tag has more than a name"},
        {"<Response><Say>a</Say\0></Response>"sv, "the end tag has more than a name"},
        {"<Response><Say>a</Say x='1'></Response>", "the end tag has more than a name"},
        {"<?xml encoding=\"UTF-8\"?><Response/>", write},
        {"<?xml version=\"1.0\" encodin2=\"UTF-7\"?><Response/>", write},
        {"<?xml ve\"?><Response/>", write},
        {"<?xml?><Response/>", write},
        {"<?xml version='1.0' version='1.0'?><Response/>", write},
        {"<?xml version='1.0'encoding='UTF-8'?><Response/>", write},
        {"<?xml version='1.0\"?><Response/>", write},
        {"<?xml version='2.0'?><Response/>", write},
        {"<?xml version='1.'?><Response/>", write},
        {"<?xml version='1.0' standalone='yes' encoding='UTF-8'?><Response/>", write},
        {"<?xml version=\"1.0\" standalone=\"maybe\"?><Response/>", write},
        {"<?XML version=\"1.0\"?><Response/>", write},
        {"<?xMl?><Response/>", write},
        {"<Response><?XML a?></Response>", "very beginning"},
        {"<Response><?a/b?></Response>", "there is no space after <?a"},
        {"<Response><?/b?></Response>", "is not followed by a name"},
        {"<Response><\xC3\x97 /></Response>", "1:11 a bare `<`"},
        {"<Response><a\xC3\x97 /></Response>", "this is not an attribute"},
        {"<Response><Say \xC2\xB7='1'>x</Say></Response>", "this is not an attribute"},
        {"<?xml version=\"1.0\" encoding=\"us-ascii\"?><Response><Say>\xC3\xA9</Say></Response>",
         "us-ascii"},
        {"<Response><Say>&#00000000;</Say></Response>", "character reference"},
        {"<Response><Say>&#x0000000110000;</Say></Response>", "character reference"},
        {"<Response><Say>&#;</Say></Response>", "character reference"},
        {"<Response><Say>&#0000000065;&#x00000041;</Say></Response>", "none"},
        {"<?xml version = '1.0'\n\tencoding = \"UTF-8\" standalone = 'no' ?><Response/>", "none"},
        {"<?xml version='1.1'?><Response/>", "none"},
        {"<Response><?a?><?a-b c?><?xml-stylesheet href='x'?></Response>", "none"},
        {"<Response><\xC3\xA9\xC2\xB7l\xCC\x81/><_/><:a/></Response>", "none"},
        {"<?xml version='1.0' encoding='us-ascii'?><Response/>", "none"},
    };
    for (const Row& row : rows) {
        EXPECT_TRUE(has(error(row.document), row.error))
            << row.document << ": " << error(row.document);
    }
}

TEST(Reader, a_document_that_is_cut_off_says_what_is_open)
{
    EXPECT_EQ(error("<Response>\n<Say>x"),
              "2:7 the document ends, but Say of line 2 is open: </Say> is missing");
    EXPECT_EQ(error("<Response>\n<Say>x</Say>\n"),
              "3:1 the document ends, but Response of line 1 is open: </Response> is missing");
    EXPECT_TRUE(has(error("<Response><Say>x</Sa"), "the tag does not end"));
}

TEST(Reader, another_root_is_refused)
{
    EXPECT_EQ(error("<response/>"), "1:1 the root is response, not Response");
    EXPECT_EQ(error("<note/>"), "1:1 the root is note, not Response");
}

// Most do not even get as far as to have one root.
TEST(Reader, a_page_and_an_error_message_of_a_framework_are_called_html)
{
    for (const char* page :
         {"<html><body/></html>", "<HTML>", "<head><meta charset=utf-8>",
          "<br />\n<b>Fatal error</b>:  Uncaught Error in /var/www/ivr.php on line 3<br />",
          "\n<b>Notice</b>: Undefined index\n<?xml version=\"1.0\"?><Response/>",
          "<h1>Server Error (500)</h1>", "<pre>Cannot GET /ivr</pre>"}) {
        EXPECT_TRUE(has(error(page), "this is an HTML page, such as one of a login or of an error"))
            << page;
    }
}

TEST(Reader, document_types_and_entities_are_refused)
{
    EXPECT_TRUE(
        has(error("<!DOCTYPE Response SYSTEM \"file:///etc/passwd\"><Response/>"), "DOCTYPE"));
    EXPECT_TRUE(has(error("<!doctype HTML><html>"), "an HTML page"));
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

    const auto text_of = [](std::string_view bytes, std::string_view charset = {}) {
        const Document document = read(bytes, {}, charset);
        return std::string((*document.verbs().begin()).text());
    };
    EXPECT_EQ(text_of("<?xml version='1.0' encoding = 'Latin1' ?><Response><Say>\xE9</Say>"
                      "</Response>"),
              "é");
    // A byte order mark says more than a charset, and that more than a declaration.
    EXPECT_EQ(text_of("\xEF\xBB\xBF<Response><Say>é</Say></Response>", "iso-8859-1"), "é");
    EXPECT_EQ(text_of("<?xml version='1.0' encoding='UTF-8'?><Response><Say>\xE9</Say></Response>",
                      "ISO-8859-1"),
              "é");
    EXPECT_EQ(text_of("<?xml-stylesheet encoding='EUC-JP'?><Response><Say>a</Say></Response>"), "a")
        << "which is not a declaration";
    EXPECT_TRUE(has(error("<?xml version=\"1.0\" encoding=\"EUC-JP\"?><Response/>"), "EUC-JP"));
    EXPECT_TRUE(has(error("<Response/>", {}, "utf-7"), "utf-7"));
    EXPECT_TRUE(has(error("<?xml version='1.0' encoding='UTF-16'?><Response/>"), "UTF-16"));
}

TEST(Reader, utf16_has_a_byte_order_mark_and_whole_characters)
{
    const auto encode = [](std::u16string_view text, bool is_big_endian) {
        std::string bytes;
        for (const char16_t unit : text) {
            const auto high = static_cast<char>(unit >> 8);
            const auto low = static_cast<char>(unit & 0xFF);
            bytes += is_big_endian ? high : low;
            bytes += is_big_endian ? low : high;
        }
        return bytes;
    };
    const std::u16string_view whole =
        u"\uFEFF<?xml version='1.0' encoding='UTF-16'?><Response><Say>é€😀</Say></Response>";
    for (const bool is_big_endian : {false, true}) {
        const std::string bytes = encode(whole, is_big_endian);
        const Document document = read(bytes);
        EXPECT_EQ((*document.verbs().begin()).text(), "é€😀");
        EXPECT_TRUE(has(error(bytes.substr(0, bytes.size() - 1)), "UTF-16"));
        std::u16string broken(whole);
        const std::size_t pair = broken.find(u'\xD83D');
        broken.erase(pair, 1);
        EXPECT_TRUE(has(error(encode(broken, is_big_endian)), "UTF-16"));
        broken = whole;
        broken.erase(pair + 1, 1);
        EXPECT_TRUE(has(error(encode(broken, is_big_endian)), "UTF-16"));
        broken.resize(pair + 1);
        EXPECT_TRUE(has(error(encode(broken, is_big_endian)), "UTF-16"));
    }
}

TEST(Reader, the_first_byte_that_is_not_utf8_is_named)
{
    for (const std::string_view bad :
         {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82",
          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF0\x9F\x98", "\xFF"}) {
        const std::string text = fmt::format("<Response>\n\né€😀{}<", bad);
        EXPECT_TRUE(error(text).starts_with("3:10 there are bytes")) << bad.size();
    }
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

// Documents that are hard to read, of about so many bytes.
struct Hostile {
    std::string_view name;
    std::string (*make)(std::size_t size_bytes);
    std::string_view error;  // a part of it
};

std::string repeat(std::string_view front, std::string_view part, std::size_t size_bytes,
                   std::string_view back)
{
    std::string text(front);
    while (text.size() + part.size() + back.size() <= size_bytes) text += part;
    text += back;
    return text;
}

const Hostile hostiles[] = {
    {"elements", [](std::size_t n) { return repeat("<Response>", "<a/>", n, "</Response>"); },
     "more than 10000 elements"},
    {"levels", [](std::size_t n) { return repeat("<Response>", "<Foo>", n, ""); }, "64 deep"},
    {"attributes",
     [](std::size_t n) {
         std::string text = "<Response><Say";
         for (int i = 0; text.size() < n; ++i) text += fmt::format(" a{}=''", i);
         return text + "/></Response>";
     },
     "more than 64 attributes"},
    {"the same attribute",
     [](std::size_t n) { return repeat("<Response><Say", " a=''", n, "/></Response>"); },
     "is there twice"},
    {"one long value",
     [](std::size_t n) { return repeat("<Response><Say voice='", "a", n, "'/></Response>"); },
     "none"},
    {"a long list of words",
     [](std::size_t n) { return repeat("<Response><Gather input='", "x ", n, "'/></Response>"); },
     "none"},
    {"elements with attributes",
     [](std::size_t n) {
         return repeat("<Response>", "<Say loop='x' a='' b='' c='' d='' e='' f=''/>",
                       std::min<std::size_t>(n, 400'000), "</Response>");
     },
     "none"},
    {"comments", [](std::size_t n) { return repeat("<Response>", "<!---->", n, "</Response>"); },
     "none"},
    {"text between comments",
     [](std::size_t n) { return repeat("<Response><Say>", "a<!---->", n, "</Say></Response>"); },
     "none"},
    {"instructions", [](std::size_t n) { return repeat("<Response>", "<?p?>", n, "</Response>"); },
     "none"},
    {"CDATA sections",
     [](std::size_t n) {
         return repeat("<Response><Say>", "<![CDATA[<]]>", n, "</Say></Response>");
     },
     "none"},
    {"lines and a bad byte",
     [](std::size_t n) { return repeat("<Response>", "\n", n, "\xC3(</Response>"); }, "not UTF-8"},
    {"NULs",
     [](std::size_t n) {
         return repeat("<Response>", std::string_view("\0", 1), n, "</Response>");
     },
     "U+0000"},
    {"references",
     [](std::size_t n) { return repeat("<Response><Say>", "&amp;", n, "</Say></Response>"); },
     "none"},
    {"a comment without end", [](std::size_t n) { return repeat("<Response><!--", "-a", n, ""); },
     "does not end"},
    {"an instruction without end", [](std::size_t n) { return repeat("<?xml ", "?", n, ""); },
     "does not end"},
    {"bare ampersands", [](std::size_t n) { return repeat("<Response>", "&", n, ";</Response>"); },
     "a bare `&`"},
};

TEST(Reader, hostile_documents_of_any_size_end_cleanly)
{
    Limits wide;
    wide.bytes_max = 8 * 1024 * 1024;
    Reader unbounded(wide);
    Reader bounded;
    for (const auto& [name, make, expected] : hostiles) {
        for (const std::size_t size : {64 * 1024, 512 * 1024, 5 * 1024 * 1024}) {
            const std::string text = make(size);
            const auto document = unbounded.read(text);
            if (document) {
                EXPECT_EQ(expected, "none") << name << ' ' << size;
                EXPECT_LE(document->warnings().size(), Document::warnings_max) << name;
            } else {
                EXPECT_EQ(document.error().reason, Reason::invalid_twiml) << name;
                EXPECT_TRUE(has(document.error().message, expected))
                    << name << ' ' << size << ": " << document.error().message;
                EXPECT_LE(document.error().message.size(), 1'000U);
            }
            if (text.size() <= Limits().bytes_max) continue;
            const auto refused = bounded.read(text);
            ASSERT_FALSE(refused) << name;
            EXPECT_EQ(refused.error().reason, Reason::too_large) << name;
        }
    }
}

TEST(Reader, say_is_cut_off_at_its_limit_between_characters)
{
    std::string words;
    for (int i = 0; i < 5'000; ++i) words += "é";
    const Document document = read("<Response><Say>" + words + "</Say></Response>");
    EXPECT_EQ((*document.verbs().begin()).text().size(), 2U * 4'096);
    EXPECT_EQ(document.warnings().size(), 1U);
}

TEST(Reader, markup_counts_nothing_of_what_a_say_may_say)
{
    const auto say = [](const std::string& content) {
        return read("<Response><Say>\n  " + content + "  \n</Say></Response>");
    };
    std::string words;
    for (int i = 0; i < 1'024; ++i) words += "<w>abc</w> ";
    const Document whole = say(words);
    EXPECT_TRUE(whole.warnings().empty());
    EXPECT_EQ((*whole.verbs().begin()).text().size(), 4'095U);
    EXPECT_GT((*whole.verbs().begin()).ssml().size(), 10'000U);

    words.erase(words.rfind("<w>"));
    const Document cut = say("<p>" + words + "<s>defghi</s></p><p>never</p>");
    ASSERT_EQ(cut.warnings().size(), 1U);
    EXPECT_TRUE(has(cut.warnings()[0].message, "cut off after 4096 characters"));
    EXPECT_EQ((*cut.verbs().begin()).text().size(), 4'096U);
    EXPECT_TRUE((*cut.verbs().begin()).text().ends_with("abc defg"));
    EXPECT_TRUE((*cut.verbs().begin()).ssml().ends_with("<s>defg</s></p>"));
}

TEST(Reader, words_of_paragraphs_and_sentences_stand_apart)
{
    const auto words = [](std::string_view content) {
        const Document document = read(fmt::format("<Response><Say>{}</Say></Response>", content));
        return std::string((*document.verbs().begin()).text());
    };
    EXPECT_EQ(words("<p>A</p><p>B</p>"), "A B");
    EXPECT_EQ(words("<p><s>A</s><s>B</s></p>C"), "A B C");
    EXPECT_EQ(words("A<break/>B"), "A B");
    EXPECT_EQ(words("A <break/> B"), "A  B");
    EXPECT_EQ(words("un<emphasis>believ</emphasis>able"), "unbelievable");
    EXPECT_EQ(words("<sub alias='doctor'>Dr.</sub> No"), "doctor No");
}

TEST(Reader, words_in_unknown_markup_are_spoken)
{
    struct Row {
        std::string_view content;
        std::string_view words;
        std::string_view ssml;
        std::string_view warning;
    };
    constexpr Row rows[] = {
        {"<speak>Welcome</speak>", "Welcome", "", "speak is unknown, only its words are spoken"},
        {"<amazon:effect name='whispered'>Hush</amazon:effect>, you", "Hush, you", "",
         "amazon:effect is unknown, only its words are spoken"},
        {"one<br/>two", "one two", "", "br is unknown, and skipped"},
        {"one<br></br> two", "one two", "", "br is unknown"},
        {"<br/>one<BR/>", "one", "", "br is unknown"},
        {"un<b>believ</b>able", "unbelievable", "", "b is unknown"},
        {"<speak>one</speak><speak>two</speak>", "one two", "", "speak is unknown"},
        {"<div>one<i>ly</i></div>two", "onely two", "", "div is unknown"},
        {"<speak>one<s>two</s><x><p>three</p></x></speak>", "one two three",
         "one<s>two</s><p>three</p>", "speak is unknown"},
        {"<s>one<br/>two</s>", "one two", "<s>one two</s>", "br is unknown"},
        {"one<br/><emphasis>two</emphasis>", "one two", "one<emphasis> two</emphasis>", "br is"},
        {"<Emphasis>loud</Emphasis>", "loud", "",
         "Emphasis is unknown, only its words are spoken: did you mean emphasis?"},
        {"Hello <Play>x.mp3</Play>", "Hello", "", "Play cannot be in Say, and is skipped"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.content);
        const std::string text = fmt::format("<Response><Say>{}</Say></Response>", row.content);
        const Document document = read(text);
        EXPECT_EQ((*document.verbs().begin()).text(), row.words);
        EXPECT_EQ((*document.verbs().begin()).ssml(), row.ssml);
        EXPECT_TRUE(has(warning(text), row.warning)) << warning(text);
    }
}

TEST(Reader, ssml_has_what_its_elements_know_and_words_of_the_others)
{
    const Document document = read(
        "<Response><Say><emphasis level='huge'>a</emphasis><break strength='weak' x='y'/>"
        "<p>b<p>c</p></p><prosody rate='50%' pitch='&lt;1'>d&#13;</prosody></Say></Response>");
    const Element say = *document.verbs().begin();
    EXPECT_EQ(say.ssml(),
              "<emphasis>a</emphasis><break strength=\"weak\"></break><p>b c</p>"
              "<prosody rate=\"50%\" pitch=\"&lt;1\">d&#13;</prosody>");
    ASSERT_EQ(document.warnings().size(), 3U);
    EXPECT_TRUE(has(document.warnings()[2].message, "p cannot be in p: only its words"));
}

// 125,000 words took longer to read than the megabyte they stand in.
TEST(Reader, a_list_is_read_for_64_words_and_no_more)
{
    const auto number = [](int words) {
        std::string list;
        for (int i = 0; i < words; ++i) list += "ringing ";
        return read("<Response><Dial><Number statusCallbackEvent='" + list +
                    "answered'>1</Number></Dial></Response>");
    };
    const auto events = [](const Document& document) {
        const Element dial = *document.verbs().begin();
        return (*dial.children().begin()).text(Attribute::status_callback_event);
    };
    const Document short_list = number(63);
    EXPECT_TRUE(short_list.warnings().empty());
    EXPECT_TRUE(events(short_list).ends_with("answered"));
    const Document long_list = number(125'000);
    ASSERT_EQ(long_list.warnings().size(), 1U);
    EXPECT_TRUE(has(long_list.warnings()[0].message, "more than 64 words"));
    EXPECT_LT(events(long_list).size(), 1'000U);
}

TEST(Reader, without_memory_for_its_tree_blames_nobody_s_document)
{
    std::string text = "<Response>";
    for (int i = 0; i < 5'000; ++i) text += "<Hangup/>";
    text += "</Response>";
    const auto allocate = pugi::get_memory_allocation_function();
    const auto release = pugi::get_memory_deallocation_function();
    Reader reader;
    pugi::set_memory_management_functions([](std::size_t) -> void* { return nullptr; }, release);
    EXPECT_THROW((void)reader.read(text), std::bad_alloc);
    pugi::set_memory_management_functions(allocate, release);
    EXPECT_TRUE(reader.read(text));
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
