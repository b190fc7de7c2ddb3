#include "callflow/flow.hpp"

#include "callflow/modules.hpp"
#include "verdict.hpp"

#include <memory>
#include <random>

#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

// A node of one module.
std::string node(std::string_view module, std::string_view data)
{
    return fmt::format(R"({{"module":"{}","data":{}}})", module, data);
}

std::string verdict_of(std::string_view module, std::string_view data, const FlowRules& rules = {})
{
    return verdict(node(module, data), rules);
}

bool is_valid(std::string_view module, std::string_view data)
{
    return verdict_of(module, data).starts_with('{');
}

TEST(Flow, a_valid_flow_comes_out_compact_with_its_defaults_after_its_keys)
{
    EXPECT_EQ(verdict(R"( { "data" : { "x" : 1.50 , "id" : "a/b" } , "module" : "play",
                            "children" : { "_" : { "module" : "hangup" } } , "k" : [ null ] } )"),
              R"({"data":{"x":1.50,"id":"a/b","endless_playback":false,"terminators":)"
              R"(["1","2","3","4","5","6","7","8","9","*","0","#"]},"module":"play",)"
              R"("children":{"_":{"module":"hangup","data":{}}},"k":[null]})");
}

TEST(Flow, data_may_be_left_out_and_gets_its_defaults)
{
    EXPECT_EQ(verdict(R"({"module":"sleep"})"),
              R"({"module":"sleep","data":{"duration":0,"unit":"s"}})");
    EXPECT_EQ(verdict(R"({"module":"pivot"})"),
              "/data/voice_url: is required, if there is no serverless");
    EXPECT_EQ(verdict(R"({"module":"response","children":{}})"),
              R"({"module":"response","children":{},"data":{"code":486}})");
}

TEST(Flow, data_is_an_object)
{
    EXPECT_EQ(verdict_of("answer", "null"), "/data: must be an object, not null");
    EXPECT_EQ(verdict_of("answer", "[]"),
              "/data: must be an object, not an array (an empty array() of PHP becomes []: use new "
              "stdClass, which becomes {})");
    EXPECT_EQ(verdict_of("answer", "\"a\""), "/data: must be an object, not the string \"a\"");
}

TEST(Flow, a_node_is_an_object_with_a_module)
{
    EXPECT_EQ(verdict("[]"),
              ": must be a node, which is an object, not an array (an empty array() of PHP becomes "
              "[]: use new stdClass, which becomes {})");
    EXPECT_EQ(verdict("\"play\""), ": must be a node, which is an object, not the string \"play\"");
    EXPECT_EQ(verdict("{}"), "/module: is required");
    EXPECT_EQ(verdict(R"({"module":5})"), "/module: must be a string, not 5");
    EXPECT_EQ(verdict(R"({"module":""})"), "/module: must have at least 1 character, not 0");
    EXPECT_EQ(verdict(R"({"module":"say"})"), "/module: unknown module \"say\": did you mean tts?");
}

TEST(Flow, the_name_of_a_module_is_counted_in_characters)
{
    std::string name;
    for (int i = 0; i < 64; ++i) name += "ä";
    EXPECT_NE(verdict_of(name, "{}").find("unknown module"), std::string::npos);
    EXPECT_EQ(verdict_of(name + "x", "{}"), "/module: must have at most 64 characters, not 65");
}

TEST(Flow, a_schema_without_a_module_is_not_a_module)
{
    for (const char* const name : {"action", "audio_macro.say", "audio_macro.prompt",
                                   "audio_macro.tone", "Play", "play ", "_"}) {
        const std::string verdict = verdict_of(name, "{}");
        EXPECT_TRUE(verdict.starts_with(fmt::format("/module: unknown module \"{}\"", name)))
            << verdict;
    }
}

TEST(Flow, a_module_that_is_not_known_may_be_one_that_is)
{
    struct Row {
        const char* written;
        const char* meant;
    };
    for (const Row& row : {Row{"resource", "resources"},
                           {"say", "tts"},
                           {"Play", "play"},
                           {"Gather", "collect_dtmf"},
                           {"menue", "menu"}}) {
        EXPECT_EQ(verdict_of(row.written, "{}"),
                  fmt::format("/module: unknown module \"{}\": did you mean {}?", row.written,
                              row.meant));
    }
    EXPECT_EQ(verdict_of("zzzzzzzz", "{}"), "/module: unknown module \"zzzzzzzz\"");
}

TEST(Flow, a_child_is_a_node)
{
    const auto with_child = [](std::string_view child) {
        return verdict(fmt::format(R"({{"module":"noop","children":{{"_":{}}}}})", child));
    };
    EXPECT_EQ(with_child("null"), "/children/_: must be a node, which is an object, not null");
    EXPECT_EQ(with_child("[]"),
              "/children/_: must be a node, which is an object, not an array (an empty array() of "
              "PHP becomes []: use new stdClass, which becomes {})");
    EXPECT_EQ(with_child("{}"), "/children/_/module: is required");
    EXPECT_EQ(with_child("\"a\""),
              "/children/_: must be a node, which is an object, not the string \"a\"");
    EXPECT_EQ(verdict(R"({"module":"noop","children":[]})"),
              "/children: must be an object, not an array (an empty array() of PHP becomes []: use "
              "new stdClass, which becomes {})");
    EXPECT_EQ(verdict(R"({"module":"noop","children":null})"),
              "/children: must be an object, not null");
}

TEST(Flow, all_errors_are_collected_and_point_into_the_tree)
{
    EXPECT_EQ(verdict(R"({"module":"sleep","data":{"unit":"d","duration":-1},"children":{
                          "a/b~c":{"module":"pivot","data":{"method":"put"}},
                          "_":{"module":"tts","data":{"text":""},"children":{"1":7}}}})"),
              R"(/data/unit: must be one of "ms", "s", "m", "h", not "d")"
              "\n/data/duration: must be at least 0, not -1\n"
              R"(/children/a~1b~0c/data/method: must be one of "get", "post", "GET", "POST", )"
              R"(not "put")"
              "\n/children/a~1b~0c/data/voice_url: is required, if there is no serverless\n"
              "/children/_/data/text: must have at least 1 character, not 0\n"
              "/children/_/children/1: must be a node, which is an object, not 7");
}

TEST(Flow, a_failure_names_its_first_error_and_leaves_the_text_as_it_was)
{
    json::Document document;
    Validator validator;
    std::string out = "before";
    const auto failed =
        validator.validate(*document.read(R"({"module":"tts","data":{"engine":1}})"), out);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().reason, Reason::invalid_callflow);
    EXPECT_EQ(failed.error().phase, Phase::parse);
    EXPECT_EQ(failed.error().message,
              "not a callflow: /data/engine must be a string, not 1 (the first of 2 errors)");
    EXPECT_EQ(failed.error().errors.size(), 2U);
    EXPECT_EQ(out, "before");

    EXPECT_TRUE(validator.validate(*document.read(R"({"module":"hangup"})"), out));
    EXPECT_EQ(out, R"(before{"module":"hangup","data":{}})");
}

TEST(Flow, types_are_strict)
{
    EXPECT_EQ(
        verdict_of("user", R"({"timeout":"20"})"),
        "/data/timeout: must be an integer, not the string \"20\" (coerce_types would accept it)");
    EXPECT_EQ(verdict_of("user", R"({"timeout":20.0})"),
              "/data/timeout: must be an integer, not 20.0");
    EXPECT_EQ(verdict_of("user", R"({"timeout":2e1})"),
              "/data/timeout: must be an integer, not 2e1");
    EXPECT_EQ(verdict_of("user", R"({"can_call_self":"true"})"),
              "/data/can_call_self: must be a boolean, not the string \"true\" "
              "(coerce_types would accept it)");
    EXPECT_EQ(verdict_of("user", R"({"can_call_self":1})"),
              "/data/can_call_self: must be a boolean, not 1");
    EXPECT_EQ(verdict_of("user", R"({"id":null})"), "/data/id: must be a string, not null");
    EXPECT_EQ(verdict_of("user", R"({"id":7})"), "/data/id: must be a string, not 7");
    EXPECT_EQ(verdict_of("after_bridge", R"({"data":7})"),
              "/data/data: must be a boolean or a string, not 7");
    EXPECT_TRUE(is_valid("after_bridge", R"({"data":false})"));
    EXPECT_TRUE(is_valid("after_bridge", R"({"data":"x"})"));
}

TEST(Flow, types_are_coerced_where_that_is_wanted)
{
    const FlowRules rules{.coerce_types = true};
    EXPECT_EQ(verdict_of("sleep", R"({"duration":"20","skip_module":"true"})", rules),
              R"({"module":"sleep","data":{"duration":20,"skip_module":true,"unit":"s"}})");
    EXPECT_EQ(verdict_of("sleep", R"({"duration":"-1"})", rules),
              "/data/duration: must be at least 0, not -1");
    for (const char* const text : {"20.0", "1e3", " 20", "020", "", "-", "+1", "0x1"}) {
        EXPECT_EQ(verdict_of("sleep", fmt::format(R"({{"duration":"{}"}})", text), rules),
                  fmt::format("/data/duration: must be an integer, not the string \"{}\"", text));
    }
    EXPECT_EQ(verdict_of("sleep", R"({"skip_module":"True"})", rules),
              "/data/skip_module: must be a boolean, not the string \"True\"");
    EXPECT_EQ(verdict_of("send_dtmf", R"({"digits":"1","duration_ms":"200"})", rules),
              R"({"module":"send_dtmf","data":{"digits":"1","duration_ms":"200"}})");
}

TEST(Flow, integers_have_bounds_whatever_their_size)
{
    EXPECT_TRUE(is_valid("sleep", R"({"duration":86400000})"));
    EXPECT_EQ(verdict_of("sleep", R"({"duration":86400001})"),
              "/data/duration: must be at most 86400000, not 86400001");
    EXPECT_EQ(verdict_of("sleep", R"({"duration":99999999999999999999999})"),
              "/data/duration: must be at most 86400000, not 99999999999999999999999");
    EXPECT_EQ(verdict_of("sleep", R"({"duration":-99999999999999999999999})"),
              "/data/duration: must be at least 0, not -99999999999999999999999");
    EXPECT_EQ(verdict_of("menu", R"({"interdigit_timeout":99999999999999999999999})"),
              R"({"module":"menu","data":{"interdigit_timeout":99999999999999999999999}})");
    EXPECT_EQ(verdict_of("conference", R"({"config":{"profile":{"rate":8001}}})"),
              "/data/config/profile/rate: must be one of 8000, 12000, 16000, 24000, 32000, 44100, "
              "48000, not 8001");
}

TEST(Flow, lengths_are_counted_in_characters)
{
    std::string id;
    for (int i = 0; i < 32; ++i) id += "€";
    EXPECT_TRUE(is_valid("voicemail", fmt::format(R"({{"id":"{}"}})", id)));
    EXPECT_EQ(verdict_of("voicemail", R"({"id":"31323"})"),
              "/data/id: must have exactly 32 characters, not 5");
    EXPECT_TRUE(is_valid("response", fmt::format(R"({{"media":"{}"}})", std::string(2048, 'x'))));
    EXPECT_EQ(verdict_of("response", fmt::format(R"({{"media":"{}"}})", std::string(2049, 'x'))),
              "/data/media: must have at most 2048 characters, not 2049");
}

TEST(Flow, a_language_is_two_letters_or_twice_two)
{
    for (const char* const text : {"en", "EN", "en-us"}) {
        EXPECT_TRUE(is_valid("language", fmt::format(R"({{"language":"{}"}})", text))) << text;
    }
    for (const char* const text : {"", "e", "eng", "en-", "en_us", "en-usa", "e1", "en-u1"}) {
        EXPECT_FALSE(is_valid("language", fmt::format(R"({{"language":"{}"}})", text))) << text;
    }
    EXPECT_EQ(verdict_of("language", R"({"language":"english"})"),
              "/data/language: must be a language like \"en\" or \"en-us\", not \"english\"");
}

TEST(Flow, a_recipient_has_an_email_address_or_a_list_of_them)
{
    const auto with_id = [](std::string_view id) {
        return verdict_of("notification",
                          fmt::format(R"({{"recipients":[{{"type":"email","id":{}}}]}})", id));
    };
    EXPECT_TRUE(with_id(R"("a@b")").starts_with('{'));
    EXPECT_TRUE(with_id(R"(["a@b","c@d"])").starts_with('{'));
    EXPECT_TRUE(with_id("[]").starts_with('{'));
    EXPECT_EQ(with_id(R"("ab")"), "/data/recipients/0/id: must be an e-mail address, not \"ab\"");
    for (const char* const id : {R"("@b")", R"("a@")", R"("a@b@c")", R"("")"}) {
        EXPECT_FALSE(with_id(id).starts_with('{')) << id;
    }
    EXPECT_EQ(with_id(R"(["a@b","x"])"),
              "/data/recipients/0/id/1: must be an e-mail address, not \"x\"");
    EXPECT_EQ(with_id("7"), "/data/recipients/0/id: must be a string or an array, not 7");
    EXPECT_EQ(verdict_of("notification", R"({"recipients":[{}]})"),
              "/data/recipients/0/id: is required\n/data/recipients/0/type: is required");
}

TEST(Flow, a_url_is_http_or_https)
{
    for (const char* const url :
         {"http://a", "https://a.example/x?y#z", "HTTP://a", "http://10.0.0.1"}) {
        EXPECT_TRUE(is_valid("webhook", fmt::format(R"({{"uri":"{}"}})", url))) << url;
    }
    EXPECT_EQ(verdict_of("webhook", R"({"uri":"ftp://a"})"),
              "/data/uri: must be an http or https URL, not \"ftp://a\"");
    for (const char* const url : {"", "a", "http:/a", "//a", "xhttp://a", "://a"}) {
        EXPECT_FALSE(is_valid("webhook", fmt::format(R"({{"uri":"{}"}})", url))) << url;
    }
    EXPECT_EQ(
        verdict_of("pivot", R"({"voice_url":"HTTP://a"})"),
        "/data/voice_url: must be a URL that starts with http:// or https://, not \"HTTP://a\"");
    EXPECT_EQ(verdict_of("pivot", R"({"voice_url":"http://a","cdr_url":"a"})"),
              "/data/cdr_url: must be a URL that starts with http:// or https://, not \"a\"");
}

TEST(Flow, a_url_does_not_name_a_denied_host)
{
    for (const char* const url :
         {"http://localhost", "http://LocalHost:8080/x", "https://u:p@localhost/",
          "http://127.0.0.1/", "http://0.0.0.0:1", "http://localhost?x", "http://localhost#x",
          "http://a@b@127.0.0.1"}) {
        const std::string text = node("record_call", fmt::format(R"({{"url":"{}"}})", url));
        EXPECT_NE(verdict(text).find("/data/url: must not be a URL of the host"), std::string::npos)
            << verdict(text);
        EXPECT_TRUE(verdict(text, {.hosts_denied = {}}).starts_with('{'));
    }
    for (const char* const url : {"http://127.0.0.2", "http://localhost.example",
                                  "http://a/localhost", "http://localhost@a", "http://[::1]:80/"}) {
        EXPECT_TRUE(is_valid("record_caller", fmt::format(R"({{"url":"{}"}})", url))) << url;
    }
    EXPECT_EQ(verdict_of("webhook", R"({"uri":"http://[::1]:80/"})", {.hosts_denied = {"::1"}}),
              "/data/uri: must not be a URL of the host \"::1\"");
    EXPECT_EQ(verdict_of("pivot", R"({"voice_url":"http://localhost/x"})"),
              "/data/voice_url: must not be a URL of the host \"localhost\"");
}

TEST(Flow, defaults_reach_into_arrays_and_into_defaults)
{
    EXPECT_EQ(verdict_of("ring_group", R"({"endpoints":[{"id":"a","endpoint_type":"user"}]})"),
              R"({"module":"ring_group","data":{"endpoints":[{"id":"a","endpoint_type":"user",)"
              R"("delay":0,"timeout":20}],"ignore_forward":true,"repeats":1,)"
              R"("strategy":"simultaneous","timeout":20}})");
    EXPECT_EQ(verdict_of("conference", R"({"config":{"member":{"join_deaf":true}}})"),
              R"({"module":"conference","data":{"config":{"member":{"join_deaf":true,)"
              R"("join_muted":true,"numbers":[],"pins":[]},"conference_numbers":[],)"
              R"("moderator":{"join_deaf":false,"join_muted":false,"numbers":[],"pins":[]},)"
              R"("play_name":false}}})");
    EXPECT_EQ(verdict_of("conference", R"({"welcome_prompt":{}})"),
              R"({"module":"conference","data":{"welcome_prompt":{"play":true}}})");
}

TEST(Flow, a_required_property_with_a_default_may_be_left_out)
{
    EXPECT_EQ(verdict_of("set_variables", "{}"),
              R"({"module":"set_variables","data":{"custom_application_vars":{}}})");
    EXPECT_EQ(
        verdict_of("branch_variable", "{}"),
        R"({"module":"branch_variable","data":{"scope":"custom_channel_vars","variable":""}})");
}

TEST(Flow, a_property_without_a_single_type_gets_no_default)
{
    EXPECT_EQ(verdict_of("send_dtmf", R"({"digits":"1"})"),
              R"({"module":"send_dtmf","data":{"digits":"1"}})");
    EXPECT_TRUE(is_valid("send_dtmf", R"({"digits":"1","duration_ms":200})"));
    EXPECT_TRUE(is_valid("send_dtmf", R"({"digits":"1","duration_ms":"200"})"));
    EXPECT_FALSE(is_valid("send_dtmf", R"({"digits":"1","duration_ms":null})"));
}

TEST(Flow, audio_macro_needs_macros_because_its_default_is_too_short)
{
    EXPECT_EQ(verdict_of("audio_macro", "{}"), "/data/macros: must have at least 1 element, not 0");
    EXPECT_EQ(verdict_of("audio_macro", R"({"macros":[]})"),
              "/data/macros: must have at least 1 element, not 0");
}

TEST(Flow, a_macro_holds_what_its_kind_says)
{
    const auto macro = [](std::string_view text) {
        return verdict_of("audio_macro",
                          fmt::format(R"({{"terminators":[],"macros":[{}]}})", text));
    };
    EXPECT_EQ(
        macro(R"({"macro":"tone","volume":50})"),
        R"({"module":"audio_macro","data":{"terminators":[],"macros":[{"macro":"tone","volume":50}]}})");
    EXPECT_EQ(macro(R"({"text":"hi","macro":"tts","terminators":["#"]})"),
              R"({"module":"audio_macro","data":{"terminators":[],"macros":[{"text":"hi",)"
              R"("macro":"tts","terminators":["#"],"voice":"female"}]}})");
    EXPECT_EQ(macro(R"({"macro":"tts"})"), "/data/macros/0/text: is required");
    EXPECT_EQ(macro(R"({"macro":"tone","volume":101})"),
              "/data/macros/0/volume: must be at most 100, not 101");
    EXPECT_TRUE(macro(R"({"macro":"play","volume":101})").starts_with('{'));
    EXPECT_EQ(macro(R"({"id":"x"})"), "/data/macros/0/macro: is required");
    EXPECT_EQ(
        macro(R"({"macro":"sing"})"),
        R"(/data/macros/0/macro: must be one of "play", "prompt", "say", "tts", "tone", not "sing")");
    EXPECT_EQ(macro("\"x\""), "/data/macros/0: must be an object, not the string \"x\"");
}

TEST(Flow, sip_headers_are_plain_or_by_direction)
{
    const auto headers = [](std::string_view text) {
        return verdict_of("resources", fmt::format(R"({{"custom_sip_headers":{}}})", text));
    };
    EXPECT_TRUE(headers(R"({"X-Foo":"bar"})").starts_with('{'));
    EXPECT_TRUE(headers(R"({"in":"x"})").starts_with('{'));
    EXPECT_TRUE(headers(R"({"in":{"X-Foo":"a"},"out":{},"more":7})").starts_with('{'));
    EXPECT_TRUE(headers(R"({"not a header":7})").starts_with('{'));
    EXPECT_TRUE(headers(R"({"in":{"X-Foo":7}})").starts_with('{'));  // of KAZOO 5
    EXPECT_EQ(headers(R"({"in":{"X-Foo":null}})"),
              "/data/custom_sip_headers/in/X-Foo: must be a boolean or an integer or a string, not "
              "null");
    EXPECT_EQ(headers(R"({"out":{"X Foo":"a"}})"),
              "/data/custom_sip_headers/out/X Foo: is not allowed: a name here is letters, digits, "
              "hyphens and underscores");
    EXPECT_TRUE(headers(R"({"out":{"X[^`\\]_Foo":"a"}})").starts_with('{'));
    EXPECT_EQ(headers("[]"),
              "/data/custom_sip_headers: must be an object, not an array (an empty array() of PHP "
              "becomes []: use new stdClass, which becomes {})");
    EXPECT_TRUE(is_valid("user", R"({"custom_sip_headers":{"a b":[]}})"));
}

TEST(Flow, the_modules_of_kazoo_5_have_their_own_defaults)
{
    EXPECT_EQ(verdict_of("call_pickup", R"({"target_call_id":"a@b"})"),
              R"({"module":"call_pickup","data":{"target_call_id":"a@b"}})");
    EXPECT_EQ(verdict_of("detect_speech", R"({"action":"begin"})"),
              R"(/data/action: must be one of "start", "stop", not "begin")");
    EXPECT_EQ(verdict_of("doorman", R"({"id":"u"})"),
              R"({"module":"doorman","data":{"id":"u","call_timeout":30,"caller_greeting":)"
              R"("Hi. Please state your name after the tone.","caller_id_name":"Doorman",)"
              R"("failover_strategy":"hangup","max_menu_attempts":3,)"
              R"("origin":"callflow : cf_doorman","recording_limit":3}})");
    EXPECT_EQ(verdict(R"({"module":"doorman"})"), "/data/id: is required");
    EXPECT_EQ(verdict_of("tones", R"({"tones":[{"duration_on":500,"duration_off":0}]})"),
              "/data/tones/0/frequencies: is required");
}

TEST(Flow, a_node_is_right_if_either_kazoo_takes_it)
{
    EXPECT_TRUE(is_valid("ring_group", R"({"group_id":"g"})"));
    EXPECT_TRUE(is_valid("ring_group",
                         R"({"group_id":"g","endpoints":[{"id":"a","endpoint_type":"user"}]})"));
    EXPECT_TRUE(is_valid("branch_variable", R"({"variable":["a","b"],"scope":"account"})"));
    EXPECT_TRUE(is_valid("branch_variable", R"({"variable":"a","scope":"doc","id":"d"})"));
    EXPECT_TRUE(is_valid("missed_call_alert", R"({"recipients":[{"type":"user","id":"u"}]})"));
    EXPECT_TRUE(is_valid("callflow", R"({"doc_id":"d","path":["a","flow"]})"));
    EXPECT_TRUE(is_valid("callflow", "{}"));
    EXPECT_TRUE(is_valid("record_call", R"({"url":"http://"})"));
    EXPECT_TRUE(is_valid("conference", R"({"config":{"max_participants":5}})"));
}

TEST(Flow, defaults_are_those_of_the_kazoo_that_takes_the_node)
{
    EXPECT_EQ(verdict_of("call_forward", "{}"), R"({"module":"call_forward","data":{}})");
    EXPECT_EQ(verdict_of("branch_variable", R"({"variable":["a"]})"),
              R"({"module":"branch_variable","data":{"variable":["a"],)"
              R"("scope":"custom_channel_vars"}})");
    EXPECT_EQ(verdict_of("missed_call_alert", R"({"recipients":[{"type":"user","id":"u"}]})"),
              R"({"module":"missed_call_alert","data":{"recipients":[{"type":"user","id":"u"}],)"
              R"("alert_on_internal_calls":false}})");
}

TEST(Flow, what_neither_kazoo_takes_has_the_errors_of_the_one_with_fewer)
{
    EXPECT_EQ(verdict_of("ring_group", R"({"timeout":5})"),
              "/data/endpoints: is required, if there is no group_id");
    EXPECT_EQ(verdict_of("branch_variable", R"({"variable":[1]})"),
              "/data/variable/0: must be a string, not 1");
    EXPECT_EQ(verdict_of("webhook", R"({"uri":"a"})"),
              "/data/uri: must be an http or https URL, not \"a\"");
}

TEST(Flow, a_pivot_may_bring_its_document_along)
{
    EXPECT_TRUE(is_valid("pivot", R"({"serverless":{"flow_doc":"<Response/>"}})"));
    EXPECT_TRUE(is_valid("pivot", R"({"serverless":{"flow_type":"application/json",
                                      "flow_doc":{"module":"hangup"}}})"));
    EXPECT_TRUE(is_valid("pivot", R"({"voice_url":"http://a.example",
                                      "serverless":{"flow_doc":"<Response/>"}})"));
    EXPECT_EQ(verdict_of("pivot", R"({"serverless":{"flow_doc":""}})"),
              "/data/serverless/flow_doc: must have at least 1 character, not 0");
    EXPECT_EQ(
        verdict_of("pivot", R"({"serverless":{"flow_doc":"x","flow_type":"text/plain"}})"),
        R"(/data/serverless/flow_type: must be one of "application/json", "application/xml", )"
        R"("text/xml", not "text/plain")");
}

TEST(Flow, headers_of_a_pivot_do_not_replace_those_that_it_needs)
{
    const auto with_headers = [](std::string_view headers) {
        return verdict_of(
            "pivot",
            fmt::format(R"({{"voice_url":"http://a","custom_request_headers":{}}})", headers));
    };
    EXPECT_TRUE(with_headers(R"({"X-Tenant":"acme","x-secret":"s"})").starts_with('{'));
    for (const char* const name : {"Host", "Content-Type", "Tenant", "X Tenant", "|-", "X-A:b"}) {
        EXPECT_EQ(with_headers(fmt::format(R"({{"{}":"a"}})", name)),
                  fmt::format("/data/custom_request_headers/{}: is not allowed: a name here is a "
                              "header that begins with X- and is not Pivot's own",
                              name));
    }
    EXPECT_EQ(with_headers(R"({"X-A":"a\r\nHost: b"})"),
              R"(/data/custom_request_headers/X-A: must be text without control characters, )"
              R"(not "a\r\nHost: b")");
    EXPECT_EQ(with_headers(R"({"X-A":7})"),
              "/data/custom_request_headers/X-A: must be a string, not 7");
}

TEST(Flow, a_flow_within_a_node_is_checked_as_any_other)
{
    EXPECT_EQ(
        verdict_of("callflow", R"({"flow":{"module":"sleep","children":{"_":)"
                               R"({"module":"callflow","data":{"flow":{"module":"noop"}}}}}})"),
        R"({"module":"callflow","data":{"flow":{"module":"sleep","children":{"_":)"
        R"({"module":"callflow","data":{"flow":{"module":"noop","data":{}}}}},)"
        R"("data":{"duration":0,"unit":"s"}}}})");
    EXPECT_EQ(verdict_of("callflow", R"({"id":7,"flow":{"module":"sleep","data":{"unit":"d"}}})"),
              "/data/id: must be a string, not 7\n"
              R"(/data/flow/data/unit: must be one of "ms", "s", "m", "h", not "d")");
    std::string deep = R"({"module":"noop","data":{}})";
    for (int i = 0; i < 250; ++i) {
        deep = fmt::format(R"({{"module":"callflow","data":{{"flow":{}}}}})", deep);
    }
    EXPECT_EQ(verdict(deep), deep);
}

TEST(Flow, elements_that_have_to_be_unique_are)
{
    EXPECT_TRUE(is_valid("collect_dtmf", R"({"terminators":["1","#"]})"));
    EXPECT_EQ(verdict_of("collect_dtmf", R"({"terminators":["1","#","1"]})"),
              "/data/terminators: must not have \"1\" twice");
    EXPECT_EQ(
        verdict_of("collect_dtmf", R"({"terminators":["a"]})"),
        R"(/data/terminators/0: must be one of "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", )"
        R"("#", "*", not "a")");
    EXPECT_FALSE(is_valid("conference", R"({"config":{"conference_numbers":["1a"]}})"));
}

TEST(Flow, a_choice_is_one_of_them_and_not_a_part)
{
    for (const char* const text : {"", "ms s", "m s", " ", "S", "s "}) {
        EXPECT_FALSE(is_valid("sleep", fmt::format(R"({{"unit":"{}"}})", text))) << text;
    }
}

TEST(Flow, unlisted_keys_are_kept)
{
    EXPECT_EQ(
        verdict(R"({"module":"set","pvt_bucket_cost":1e400,"data":{"a":{"b":[1,{}]},"":null}})"),
        R"({"module":"set","pvt_bucket_cost":1e400,"data":{"a":{"b":[1,{}]},"":null}})");
}

TEST(Flow, the_last_of_equal_keys_counts_and_is_the_only_one_written)
{
    EXPECT_EQ(
        verdict(R"({"module":"x","data":7,"children":5,"module":"set","data":{"a":1,"b":2,"a":3},)"
                R"("children":{"_":0,"_":{"module":"hangup"}}})"),
        R"({"module":"set","data":{"b":2,"a":3},)"
        R"("children":{"_":{"module":"hangup","data":{}}}})");
}

TEST(Flow, long_values_are_cut_between_characters)
{
    std::string long_text;
    for (int i = 0; i < 1000; ++i) long_text += "€";
    const std::string text = verdict_of("sleep", fmt::format(R"({{"unit":"{}"}})", long_text));
    EXPECT_LT(text.size(), 200U);
    EXPECT_TRUE(text.ends_with("€…\"")) << text;
    EXPECT_TRUE(json::Document().read("\"" + long_text + "\""));
}

TEST(Flow, every_module_takes_skip_module_but_one)
{
    EXPECT_EQ(all_modules().size(), 82U);
    for (const Module& module : all_modules()) {
        EXPECT_EQ(find_module(module.name), &module);
        const bool is_typed =
            verdict_of(module.name, R"({"skip_module":0})").find("/data/skip_module") == 0;
        EXPECT_EQ(is_typed, module.name != "notification") << module.name;
    }
    EXPECT_EQ(find_module(""), nullptr);
    EXPECT_EQ(find_module("zzz"), nullptr);
}

TEST(Flow, a_flow_may_be_as_deep_as_the_document)
{
    std::string text = R"({"module":"noop","data":{}})";
    for (int i = 1; i < 500; ++i) {
        text = fmt::format(R"({{"module":"noop","data":{{}},"children":{{"_":{}}}}})", text);
    }
    EXPECT_EQ(verdict(text), text);
}

TEST(Flow, errors_are_kept_up_to_a_limit_and_counted_beyond)
{
    json::Document document;
    Validator validator({.errors_max = 10});
    std::string text = R"({"module":"noop","children":{)";
    for (int i = 0; i < 100; ++i) text += fmt::format("\"{}\":7,", i);
    std::string out;
    const auto failed = validator.validate(*document.read(text + R"("_":7}})"), out);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().errors.size(), 10U);
    EXPECT_TRUE(failed.error().message.ends_with("(the first of 101 errors)"));
}

TEST(Flow, a_hostile_document_is_answered_in_linear_time)
{
    const std::string long_name(1 << 19, 'x');
    std::string wide = R"({"module":"noop","children":{)";
    for (int i = 0; i < 50000; ++i) wide += fmt::format("\"{}\":{{\"a\":1}},", i);
    std::string same = R"({"module":"set","data":{)";
    for (int i = 0; i < 100000; ++i) same += "\"k\":0,";
    std::string list = R"({"module":"collect_dtmf","data":{"terminators":[)";
    for (int i = 0; i < 200000; ++i) list += "\"1\",";
    std::string far =
        fmt::format(R"({{"module":"noop","children":{{"{}":{{"children":{{)", long_name);
    for (int i = 0; i < 50000; ++i) far += fmt::format("\"{}\":0,", i);
    EXPECT_FALSE(verdict(wide + R"("_":7}})").starts_with('{'));
    EXPECT_EQ(verdict(same + R"("k":1}})"), R"({"module":"set","data":{"k":1}})");
    EXPECT_FALSE(verdict(list + R"("1"]}})").starts_with('{'));
    EXPECT_LT(verdict(far + R"("_":0}}}}})").size(), 4U << 20);
}

const char* const small_flows[] = {
    R"({"module":"pivot","data":{"voice_url":"https://a.example/x","req_timeout_ms":20},"children":{
        "_":{"module":"tts","data":{"text":"h\u00e9llo"}},"a":{"module":"hangup"}}})",
    R"({"module":"audio_macro","data":{"macros":[{"macro":"say","text":"1"}]}})",
    R"({"module":"resources","data":{"custom_sip_headers":{"out":{"A":"b"}}}})",
};

// Each in a block of its exact size, so that the address sanitizer sees a read beyond.
TEST(Flow, a_flow_cut_anywhere_is_an_error)
{
    for (const std::string_view whole : small_flows) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto block = std::make_unique<char[]>(size);
            std::copy_n(whole.data(), size, block.get());
            EXPECT_TRUE(verdict({block.get(), size}).starts_with("not JSON"))
                << whole.substr(0, size);
        }
        EXPECT_TRUE(verdict(whole).starts_with('{')) << verdict(whole);
    }
}

TEST(Flow, what_is_valid_stays_the_same_when_it_is_validated_again)
{
    std::mt19937 random(20240301);
    const std::string_view pieces[] = {
        "{", "}",    "[",    "]",          ",",       ":",           "\"",          "\\", "1",
        "-", "null", "true", "\"module\"", "\"set\"", "\"data\":{}", "\"\\u00e4\"", " ",  "e9"};
    int valid_count = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text(small_flows[random() % std::size(small_flows)]);
        for (std::size_t changes = random() % 3; changes > 0; --changes) {
            text.replace(random() % text.size(), random() % 3,
                         pieces[random() % std::size(pieces)]);
        }
        const std::string once = verdict(text);
        if (!once.starts_with('{')) continue;
        ++valid_count;
        EXPECT_EQ(verdict(once), once) << text;
    }
    EXPECT_GT(valid_count, 1000);
}

}  // namespace
}  // namespace pivot::callflow
