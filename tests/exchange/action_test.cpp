#include <pivot/action.hpp>

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view url = R"("voice_url":"http://h/")";

// Bare data: a URL, and `members`.
std::string with(std::string_view members)
{
    return '{' + std::string(url) + ',' + std::string(members) + '}';
}

Action read(std::string_view text, const ActionLimits& limits = {})
{
    auto action = Action::from_json(text, limits);
    EXPECT_TRUE(action) << text << '\n' << action.error().message;
    return action ? *std::move(action) : Action();
}

std::string lines(const Failure& failure)
{
    EXPECT_EQ(failure.reason, Reason::bad_action);
    EXPECT_EQ(failure.phase, Phase::queue);
    std::string lines;
    for (const auto& [at, error] : failure.errors) lines += at + ": " + error + '\n';
    return lines;
}

// `at: error` of each breach, a line each.
std::string breaches(std::string_view text, const ActionLimits& limits = {})
{
    const auto action = Action::from_json(text, limits);
    return action ? "none" : lines(action.error());
}

// `at: error` of each warning, a line each.
std::string warnings(std::string_view text, const ActionLimits& limits = {})
{
    const auto node = ActionNode::from_json(text, limits);
    EXPECT_TRUE(node && node->action) << text;
    std::string lines;
    for (const auto& [at, error] : node->warnings) lines += at + ": " + error + '\n';
    return lines;
}

std::string node_breaches(std::string_view text)
{
    const auto node = ActionNode::from_json(text);
    EXPECT_TRUE(node) << text;
    return node->action ? "none" : lines(node->action.error());
}

TEST(Action, it_has_the_defaults_of_kazoos_schema)
{
    const auto action = read(R"({"voice_url":"http://h/p?q#f"})");
    EXPECT_EQ(action.voice_url, "http://h/p?q#f");
    EXPECT_EQ(action.cdr_url, "");
    EXPECT_EQ(action.method, Method::get);
    EXPECT_EQ(action.req_format, Format::kazoo);
    EXPECT_EQ(action.req_body_format, BodyFormat::form);
    EXPECT_EQ(action.timeout, milliseconds(5000));
    EXPECT_FALSE(action.debug);
    EXPECT_FALSE(action.skip_module);
}

TEST(Action, a_document_may_come_along_and_is_guessed_by_its_first_character)
{
    const auto xml = read(R"({"serverless":{"flow_doc":"<Response/>"}})");
    EXPECT_EQ(xml.flow_doc, "<Response/>");
    EXPECT_EQ(xml.flow_type, "application/xml");
    EXPECT_EQ(xml.voice_url, "");
    const auto flow = read(R"({"serverless":{"flow_doc":{"module":"hangup"}}})");
    EXPECT_EQ(flow.flow_doc, R"({"module":"hangup"})");
    EXPECT_EQ(flow.flow_type, "application/json");
    EXPECT_EQ(read(R"({"serverless":{"flow_doc":"x","flow_type":"text/xml"}})").flow_type,
              "text/xml");
    EXPECT_EQ(breaches(R"({"serverless":{"flow_doc":"","flow_type":"text/html"}})"),
              "/serverless/flow_doc: expected a document: text or an object, found \"\"\n"
              "/serverless/flow_type: expected \"application/json\", \"application/xml\" or "
              "\"text/xml\", found \"text/html\"\n");
    EXPECT_EQ(breaches(R"({"serverless":{}})"), "/serverless/flow_doc: is missing\n");
}

TEST(Action, a_document_comes_before_a_url_unless_it_is_wrong)
{
    const std::string both = with(R"("serverless":{"flow_doc":"<Response/>"})");
    EXPECT_EQ(read(both).flow_doc, "<Response/>");
    EXPECT_EQ(warnings(both),
              "/voice_url: is not asked: the document in \"serverless\" comes first\n");
    const std::string wrong = with(R"("serverless":{"flow_doc":7})");
    EXPECT_EQ(read(wrong).flow_doc, "");
    EXPECT_EQ(warnings(wrong), "/serverless: is not a document with its type, and is ignored\n");
}

TEST(Action, headers_of_its_own_begin_with_x)
{
    const auto action = read(with(R"("custom_request_headers":{"X-A":"1","x-b":""})"));
    using Header = std::pair<std::string, std::string>;
    EXPECT_EQ(action.custom_request_headers, (std::vector<Header>{{"X-A", "1"}, {"x-b", ""}}));
    for (const char* const name : {"Host", "Authorization", "X-Pivot-Signature", "X A", "|-"}) {
        EXPECT_EQ(
            breaches(with(R"("custom_request_headers":{")" + std::string(name) + R"(":"a"})")),
            "/custom_request_headers/" + std::string(name) +
                ": is not allowed: a name here is a header that begins with X- and is not "
                "Pivot's own\n");
    }
    EXPECT_EQ(breaches(with(R"("custom_request_headers":{"X-A":"a\nb"})")),
              "/custom_request_headers/X-A: expected text without control characters, found "
              "\"a\\nb\"\n");
}

TEST(Action, every_key_is_read)
{
    const auto action =
        read(R"({"voice_url":"HTTPS://ann:s@h/","cdr_url":"http://h/cdr","method":"POST",
                                 "req_format":"twiml","req_body_format":"json","req_timeout_ms":250,
                                 "debug":true,"skip_module":true,"note":{"any":["thing"]}})");
    EXPECT_EQ(action.voice_url, "HTTPS://ann:s@h/");
    EXPECT_EQ(action.cdr_url, "http://h/cdr");
    EXPECT_EQ(action.method, Method::post);
    EXPECT_EQ(action.req_format, Format::twiml);
    EXPECT_EQ(action.req_body_format, BodyFormat::json);
    EXPECT_EQ(action.timeout, milliseconds(250));
    EXPECT_TRUE(action.debug);
    EXPECT_TRUE(action.skip_module);
}

TEST(Action, all_that_is_wrong_is_listed_by_key)
{
    EXPECT_EQ(breaches(R"({"voice_url":"ftp://h/","cdr_url":7,"method":"put","req_format":"xml",
                           "req_body_format":null,"req_timeout_ms":0,"debug":"yes","skip_module":1})"),
              "/voice_url: the URL does not begin with http:// or https://\n"
              "/cdr_url: expected a string, found 7\n"
              "/method: expected \"get\", \"post\", \"GET\" or \"POST\", found \"put\"\n"
              "/req_format: expected \"kazoo\" or \"twiml\", found \"xml\"\n"
              "/req_body_format: expected \"form\" or \"json\", found null\n"
              "/debug: expected a boolean, found \"yes\"\n"
              "/skip_module: expected a boolean, found 1\n");
    EXPECT_EQ(breaches("{}"), "/voice_url: is missing\n");
    EXPECT_EQ(breaches("[]"), ": expected an object, found an array\n");
    EXPECT_EQ(Action::from_json(R"({"debug":1})").error().message,
              "/voice_url: is missing; /debug: expected a boolean, found 1");
    EXPECT_EQ(
        breaches(with(R"("method":")" + std::string(65, 'x') + '"')),
        "/method: expected \"get\", \"post\", \"GET\" or \"POST\", found a string of 65 bytes\n");
}

TEST(Action, a_url_has_to_be_one_that_can_be_asked)
{
    EXPECT_EQ(breaches(R"({"voice_url":""})"),
              "/voice_url: the URL does not begin with http:// or https://\n");
    EXPECT_EQ(breaches(with(R"("cdr_url":"http://h:0/")")),
              "/cdr_url: the port is not a number from 1 to 65535\n");
    EXPECT_EQ(breaches(with(R"("cdr_url":"/cdr")")),
              "/cdr_url: the URL does not begin with http:// or https://\n");
}

TEST(Action, the_method_is_spelled_in_one_case)
{
    EXPECT_EQ(read(with(R"("method":"get")")).method, Method::get);
    EXPECT_EQ(read(with(R"("method":"GET")")).method, Method::get);
    EXPECT_EQ(read(with(R"("method":"post")")).method, Method::post);
    EXPECT_NE(breaches(with(R"("method":"Post")")), "none");
    EXPECT_NE(breaches(with(R"("method":"")")), "none");
}

// KAZOO's consoles and applications write timeouts into every node that KAZOO does not read.
TEST(Action, milliseconds_out_of_range_are_the_longest_time)
{
    EXPECT_EQ(read(with(R"("req_timeout_ms":1)")).timeout, milliseconds(1));
    EXPECT_EQ(read(with(R"("req_timeout_ms":5000)")).timeout, milliseconds(5000));
    EXPECT_EQ(read(with(R"("req_timeout_ms":60000)"), {.timeout_max = milliseconds(60000)}).timeout,
              milliseconds(60000));
    for (const auto* odd : {"0", "-1", "5001", "5000.0", "5e3", "1.5", "99999999999999999999",
                            "null", "true", "[5]", "\"\"", "\"5s\""}) {
        const std::string text = with(R"("req_timeout_ms":)" + std::string(odd));
        EXPECT_EQ(read(text).timeout, milliseconds(5000));
        EXPECT_EQ(warnings(text), "/req_timeout_ms: expected an integer from 1 to 5000, found " +
                                      std::string(odd[0] == '[' ? "an array" : odd) +
                                      ": using 5000\n");
    }
}

TEST(Action, without_a_timeout_there_is_the_default_within_the_limit)
{
    EXPECT_EQ(read(with(R"("debug":true)"), {.timeout_max = milliseconds(2000)}).timeout,
              milliseconds(2000));
    EXPECT_EQ(read(with(R"("debug":true)"), {.timeout_max = milliseconds(9000)}).timeout,
              milliseconds(5000));
}

TEST(Action, seconds_count_where_there_are_no_milliseconds)
{
    EXPECT_EQ(read(with(R"("req_timeout":5)")).timeout, milliseconds(5000));
    EXPECT_EQ(read(with(R"("req_timeout":"5")")).timeout, milliseconds(5000));
    EXPECT_EQ(read(with(R"("req_timeout":2.5)")).timeout, milliseconds(2500));
    EXPECT_EQ(read(with(R"("req_timeout":"0.001")")).timeout, milliseconds(1));
    EXPECT_EQ(read(with(R"("req_timeout":"x","req_timeout_ms":7)")).timeout, milliseconds(7));
    for (const auto* odd : {"0", "-1", "5.001", "1e300", "null", "true", "\"\"", "\"5s\"", "\" 5\"",
                            "\"inf\"", "\"nan\"", "\"0x1\"", "\"1e999\""}) {
        const std::string text = with(R"("req_timeout":)" + std::string(odd));
        EXPECT_EQ(read(text).timeout, milliseconds(5000));
        EXPECT_EQ(warnings(text), "/req_timeout: expected seconds from 0.001 to 5, found " +
                                      std::string(odd) + ": using 5\n");
    }
    EXPECT_EQ(read(with(R"("req_timeout":"10")"), {.timeout_max = milliseconds(750)}).timeout,
              milliseconds(750));
    EXPECT_EQ(warnings(with(R"("req_timeout":"5")")), "");
}

TEST(Action, a_method_for_a_fallback_that_is_not_there_does_not_matter)
{
    EXPECT_EQ(warnings(with(R"("fallback_method":"put")")),
              "/fallback_method: is not read without a fallback_url\n");
    EXPECT_NE(breaches(with(R"("fallback_method":"put","fallback_url":"http://h/f")")), "none");
}

TEST(Action, text_is_taken_for_what_it_says_only_when_asked_to)
{
    const auto text = with(R"("req_timeout_ms":"250","debug":"true","skip_module":"false")");
    EXPECT_EQ(breaches(text),
              "/debug: expected a boolean, found \"true\", which coerce_types would take\n"
              "/skip_module: expected a boolean, found \"false\", which coerce_types would take\n");
    const auto action = read(text, {.coerce_types = true});
    EXPECT_EQ(action.timeout, milliseconds(250));
    EXPECT_TRUE(action.debug);
    EXPECT_FALSE(action.skip_module);
    EXPECT_EQ(breaches(with(R"("req_timeout_ms":"0","debug":"True")"), {.coerce_types = true}),
              "/debug: expected a boolean, found \"True\"\n");
    EXPECT_EQ(warnings(with(R"("req_timeout_ms":"250")")),
              "/req_timeout_ms: expected an integer from 1 to 5000, found \"250\", which "
              "coerce_types would take: using 5000\n");
}

TEST(ActionNode, a_node_a_document_and_bare_data_are_read)
{
    const std::string data = '{' + std::string(url) + '}';
    const std::string node =
        R"({"module":"pivot","data":)" + data +
        R"(,"children":{"_":{"module": "play", "data": {"id": 1.50}}, "1": {}}})";
    for (const auto& text : {node, R"({"id":"x","flow":)" + node + '}'}) {
        const auto read = ActionNode::from_json(text);
        ASSERT_TRUE(read && read->action) << text;
        EXPECT_EQ(read->action->voice_url, "http://h/");
        EXPECT_EQ(read->next, R"({"module":"play","data":{"id":1.50}})");
    }
    const auto bare = ActionNode::from_json(data);
    ASSERT_TRUE(bare && bare->action);
    EXPECT_EQ(bare->next, "");
    for (const auto* children : {R"(,"children":{})", R"(,"children":{"1":{}})", ""}) {
        const auto read =
            ActionNode::from_json(R"({"module":"pivot","data":)" + data + children + '}');
        ASSERT_TRUE(read && read->action);
        EXPECT_EQ(read->next, "");
    }
}

TEST(ActionNode, errors_point_into_the_text_that_was_given)
{
    EXPECT_EQ(node_breaches(R"({"debug":1})"),
              "/voice_url: is missing\n/debug: expected a boolean, found 1\n");
    EXPECT_EQ(node_breaches(R"({"module":"pivot","data":{"debug":1}})"),
              "/data/voice_url: is missing\n/data/debug: expected a boolean, found 1\n");
    EXPECT_EQ(node_breaches(R"({"flow":{"module":"pivot","data":{"voice_url":7}}})"),
              "/flow/data/voice_url: expected a string, found 7\n");
    EXPECT_EQ(node_breaches(R"({"module":"pivot"})"), "/data/voice_url: is missing\n");
    EXPECT_EQ(node_breaches(R"({"module":"pivot","data":[]})"),
              "/data: expected an object, found an array\n");
    EXPECT_EQ(node_breaches(R"({"module":"pivot","data":{"voice_url":"http://h/"},"children":[]})"),
              "/children: expected an object, found an array\n");
    EXPECT_EQ(node_breaches(R"({"module":"pivot","data":{},"children":{"_":1}})"),
              "/data/voice_url: is missing\n/children/_: expected an object, found 1\n");
    EXPECT_EQ(node_breaches(R"({"flow":{"data":{}}})"), "/flow/module: is missing\n");
    EXPECT_EQ(node_breaches(R"({"flow":1})"), "/flow: expected an object, found 1\n");
    EXPECT_EQ(node_breaches("{}"), "/voice_url: is missing\n");
}

TEST(ActionNode, a_bad_action_still_has_its_next_node)
{
    const auto node = ActionNode::from_json(
        R"({"module":"play","data":{"id":"x"},"children":{"_":{"module":"hangup","data":{}}}})");
    ASSERT_TRUE(node);
    ASSERT_FALSE(node->action);
    EXPECT_EQ(lines(node->action.error()), "/module: expected \"pivot\", found \"play\"\n");
    EXPECT_EQ(node->next, R"({"module":"hangup","data":{}})");
}

TEST(ActionNode, what_is_not_a_json_object_is_not_an_action)
{
    for (const auto* text : {"", "[]", "7", "null", R"("pivot")", "{", "{}}"}) {
        const auto node = ActionNode::from_json(text);
        ASSERT_FALSE(node) << text;
        EXPECT_EQ(node.error().reason, Reason::invalid_json) << text;
    }
    const std::string_view whole =
        R"({"module":"pivot","data":{"voice_url":"http://h/\u00e9","req_timeout":"5"}})";
    for_each_prefix(whole, [&](std::string_view prefix) {
        EXPECT_EQ(ActionNode::from_json(prefix).has_value(), prefix.size() == whole.size());
    });
}

TEST(Action, a_fallback_is_asked_as_the_url_is_unless_it_says_otherwise)
{
    const auto same = Action::from_json(
        R"({"voice_url":"http://h/","method":"post","fallback_url":"http://f/"})");
    ASSERT_TRUE(same);
    EXPECT_EQ(same->fallback_url, "http://f/");
    EXPECT_EQ(same->fallback_method, Method::post);

    const auto other = Action::from_json(
        R"({"voice_url":"http://h/","fallback_url":"http://f/","fallback_method":"POST"})");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->fallback_method, Method::post);
    EXPECT_FALSE(Action::from_json(R"({"voice_url":"http://h/","fallback_url":"ftp://f/"})"));
}

}  // namespace
}  // namespace pivot
