#include "exchange/parameters.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot {
namespace {

// Ann calls an IVR; two collections of digits and one SIP header came with her.
Call ann()
{
    return *Call::from_json(R"({
        "Account-ID": "4642d64460dfba89f0938fa7736c6d1b",
        "Call-ID": "a1b2@10.26.0.158",
        "Caller-ID-Name": "Ann Lee",
        "Caller-ID-Number": "+14155550100",
        "Custom-Application-Vars": {},
        "Custom-SIP-Headers": {"X-Tag": "a b"},
        "From": "user_ann@acme.sip.example.com",
        "Key-Value-Store": {"cf_no_match": false, "dtmf_collections": {"default": "42", "pin": "1#"}},
        "Language": "en-us",
        "Owner-ID": "9afa4973c3b4440f522955fc026c33a9",
        "Request": "4155550199@acme.sip.example.com",
        "Request-User": "+14155550199",
        "To": "4155550199@acme.sip.example.com"})");
}

exchange::PackedRequest packed(const Call& call, Format format = Format::kazoo)
{
    Action action;
    action.req_format = format;
    exchange::PackedRequest request;
    request.pack({.call = call, .node = {.action = action, .next = {}}}, {});
    return request;
}

std::string form(const Call& call, Format format = Format::kazoo)
{
    const auto request = packed(call, format);
    exchange::Parameters parameters;
    EXPECT_TRUE(parameters.read(request));
    return std::string(parameters.form());
}

std::string body(const Call& call, Format format = Format::kazoo)
{
    const auto request = packed(call, format);
    exchange::Parameters parameters;
    EXPECT_TRUE(parameters.read(request));
    return std::string(parameters.json());
}

// A call of which only the id is known.
Call unknown()
{
    return *Call::from_json(R"({"Call-ID":"c"})");
}

TEST(Parameters, of_a_call_whose_variables_are_too_deep_for_a_small_stack_are_refused)
{
    const auto deep = [](int depth) {
        Call call = unknown();
        call.custom_application_vars =
            R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
        const auto request = packed(call);
        return exchange::Parameters().read(request);
    };
    EXPECT_TRUE(deep(63));
    const auto refused = deep(64);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::invalid_json);
}

TEST(Parameters, a_form_for_kazoo_has_the_documented_order)
{
    EXPECT_EQ(
        form(ann()),
        "Account-ID=4642d64460dfba89f0938fa7736c6d1b&Api-Version=4.x&Call-ID=a1b2%4010.26.0.158"
        "&Caller-ID-Name=Ann+Lee&Caller-ID-Number=%2B14155550100&Custom-SIP-Headers[X-Tag]=a+b"
        "&Digits[default]=42&Digits[pin]=1%23&Direction=inbound&From=user_ann"
        "&From-Realm=acme.sip.example.com&Language=en-us&Request=%2B14155550199"
        "&Request-Realm=acme.sip.example.com&To=4155550199&To-Realm=acme.sip.example.com"
        "&User-ID=9afa4973c3b4440f522955fc026c33a9");
}

TEST(Parameters, a_json_body_for_kazoo_has_the_same_list)
{
    EXPECT_EQ(
        body(ann()),
        R"({"Account-ID":"4642d64460dfba89f0938fa7736c6d1b","Api-Version":"4.x",)"
        R"("Call-ID":"a1b2@10.26.0.158","Caller-ID-Name":"Ann Lee","Caller-ID-Number":"+14155550100",)"
        R"("Custom-Application-Vars":{},"Custom-SIP-Headers":{"X-Tag":"a b"},)"
        R"("Digits":{"default":"42","pin":"1#"},"Direction":"inbound","From":"user_ann",)"
        R"("From-Realm":"acme.sip.example.com","Language":"en-us","Request":"+14155550199",)"
        R"("Request-Realm":"acme.sip.example.com","To":"4155550199","To-Realm":"acme.sip.example.com",)"
        R"("User-ID":"9afa4973c3b4440f522955fc026c33a9"})");
}

TEST(Parameters, twiml_has_names_of_its_own)
{
    auto call = ann();
    call.key_value_store = R"({"digit_pressed":"12*"})";
    EXPECT_EQ(
        form(call, Format::twiml),
        "CallSid=a1b2%4010.26.0.158&AccountSid=4642d64460dfba89f0938fa7736c6d1b&From=user_ann"
        "&FromRealm=acme.sip.example.com&To=4155550199&ToRealm=acme.sip.example.com"
        "&Caller=user_ann&Called=4155550199&CallStatus=ringing"
        "&ApiVersion=2010-04-01&Direction=inbound&CallerName=Ann+Lee&CallerNumber=%2B14155550100"
        "&Digits=12%2A&SipHeader_X-Tag=a+b");
    EXPECT_EQ(
        body(call, Format::twiml),
        R"({"CallSid":"a1b2@10.26.0.158","AccountSid":"4642d64460dfba89f0938fa7736c6d1b","From":"user_ann",)"
        R"("FromRealm":"acme.sip.example.com","To":"4155550199","ToRealm":"acme.sip.example.com",)"
        R"("Caller":"user_ann","Called":"4155550199","CallStatus":"ringing",)"
        R"("ApiVersion":"2010-04-01","Direction":"inbound","CallerName":"Ann Lee",)"
        R"("CallerNumber":"+14155550100","Digits":"12*","SipHeader_X-Tag":"a b"})");
}

TEST(Parameters, what_is_unknown_has_kazoos_name_for_it_or_is_not_sent)
{
    EXPECT_EQ(form(unknown()),
              "Api-Version=4.x&Call-ID=c&Caller-ID-Name=unknown&Caller-ID-Number=anonymous&"
              "Direction=inbound"
              "&From=nouser&From-Realm=norealm&Language=en-us&Request=nouser&Request-Realm=norealm&"
              "To=nouser"
              "&To-Realm=norealm");
    EXPECT_EQ(
        body(unknown()),
        R"({"Api-Version":"4.x","Call-ID":"c","Caller-ID-Name":"unknown","Caller-ID-Number":"anonymous",)"
        R"("Custom-Application-Vars":{},"Custom-SIP-Headers":{},"Direction":"inbound","From":"nouser",)"
        R"("From-Realm":"norealm","Language":"en-us","Request":"nouser","Request-Realm":"norealm",)"
        R"("To":"nouser","To-Realm":"norealm"})");
    EXPECT_EQ(form(unknown(), Format::twiml),
              "CallSid=c&From=nouser&FromRealm=norealm&To=nouser&ToRealm=norealm&Caller=nouser"
              "&Called=nouser&CallStatus=ringing&ApiVersion=2010-04-01"
              "&Direction=inbound&CallerName=unknown&CallerNumber=anonymous");
}

TEST(Parameters, the_direction_is_the_calls_own)
{
    auto call = unknown();
    call.direction = Direction::outbound;
    EXPECT_NE(form(call).find("&Direction=outbound&"), std::string::npos);
    EXPECT_NE(form(call, Format::twiml).find("&Direction=outbound&"), std::string::npos);
    call.direction = Direction::outbound_api;  // which KAZOO does not know
    EXPECT_NE(form(call).find("&Direction=outbound&"), std::string::npos);
    EXPECT_NE(form(call, Format::twiml).find("&Direction=outbound-api&"), std::string::npos);
}

TEST(Parameters, several_owners_are_an_array)
{
    auto call = unknown();
    call.owner_ids = {"a b", "c"};
    EXPECT_TRUE(form(call).ends_with("&User-ID[]=a+b&User-ID[]=c"));
    EXPECT_TRUE(body(call).ends_with(R"(,"User-ID":["a b","c"]})"));
    EXPECT_EQ(form(call, Format::twiml).find("User"), std::string::npos);
}

TEST(Parameters, what_verbs_left_in_the_store_is_sent)
{
    auto call = unknown();
    call.key_value_store =
        R"({"call_status":"in-progress","recording_url":"http://h/a.mp3","recording_duration":7,
                               "digit_pressed":"#","dtmf_collections":{"default":"1"}})";
    const auto kazoo = form(call);
    EXPECT_NE(kazoo.find("&Call-Status=in-progress&Caller-ID-Name="), std::string::npos);
    EXPECT_NE(kazoo.find("&Digits=%23&Direction="), std::string::npos);
    EXPECT_NE(kazoo.find("&Recording-Duration=7&Recording-Url=http%3A%2F%2Fh%2Fa.mp3&Request="),
              std::string::npos);
    EXPECT_NE(body(call).find(R"(,"Recording-Duration":7,"Recording-Url":"http://h/a.mp3",)"),
              std::string::npos);

    const auto twiml = form(call, Format::twiml);
    EXPECT_NE(twiml.find("&CallStatus=in-progress&ApiVersion="), std::string::npos);
    EXPECT_TRUE(
        twiml.ends_with("&RecordingUrl=http%3A%2F%2Fh%2Fa.mp3&RecordingDuration=7&Digits=%23"));
}

TEST(Parameters, what_dials_queues_and_variables_left_in_the_store_is_sent)
{
    auto call = unknown();
    call.key_value_store =
        R"({"digits_collected":"99","dial_call_status":"completed","dial_call_sid":"leg2",)"
        R"("queue_sid":"q1","user_vars":{"a b":"c&d","Direction":"x","Digits":"1","o":[1]}})";
    const std::string_view end =
        "&Digits=99&DialCallStatus=completed&DialCallSid=leg2&QueueSid=q1&"
        "a+b=c%26d";
    EXPECT_TRUE(form(call).ends_with(end)) << form(call);
    EXPECT_TRUE(form(call, Format::twiml).ends_with(end)) << form(call, Format::twiml);
    call.key_value_store = R"({"digits_collected":"99","dtmf_collections":{"default":"1"}})";
    EXPECT_EQ(form(call).find("Digits=99"), std::string::npos);
}

TEST(Parameters, the_length_of_a_recording_is_a_number_in_json)
{
    auto call = unknown();
    for (const auto* const written : {"7", "\"7\""}) {
        call.key_value_store = fmt::format(R"({{"recording_duration":{}}})", written);
        EXPECT_NE(body(call).find(R"("Recording-Duration":7,)"), std::string::npos) << body(call);
    }
    call.key_value_store = R"({"recording_duration":"07"})";
    EXPECT_NE(body(call).find(R"("Recording-Duration":"07")"), std::string::npos);
}

TEST(Parameters, what_the_store_does_not_know_is_not_sent)
{
    auto call = unknown();
    call.key_value_store =
        R"({"call_status":null,"recording_url":"","digit_pressed":null,"dtmf_collections":null})";
    EXPECT_EQ(form(call), form(unknown()));
    EXPECT_EQ(body(call), body(unknown()));
    call.key_value_store = R"({"digit_pressed":"","dtmf_collections":{"default":"1"}})";
    EXPECT_NE(form(call).find("&Digits[default]=1&"), std::string::npos);
    call.key_value_store = R"({"dtmf_collections":{}})";
    EXPECT_EQ(form(call), form(unknown()));
    EXPECT_NE(body(call).find(R"("Digits":{})"), std::string::npos);
}

TEST(Parameters, custom_variables_are_nested)
{
    auto call = unknown();
    call.custom_application_vars =
        R"({ "plan b": {"n": [1, null, {"x": 1.0}], "e": {}}, "none": null })";
    EXPECT_NE(form(call).find(
                  "&Custom-Application-Vars[plan+b][n][]=1&Custom-Application-Vars[plan+b][n][]="
                  "&Custom-Application-Vars[plan+b][n][]=%7B%22x%22%3A1.0%7D"
                  "&Custom-Application-Vars[none]=&Direction="),
              std::string::npos);
    EXPECT_NE(
        body(call).find(
            R"("Custom-Application-Vars":{"plan b":{"n":[1,null,{"x":1.0}],"e":{}},"none":null},)"),
        std::string::npos);
}

TEST(Parameters, the_requests_own_go_before_the_standard_ones_and_beside_them)
{
    exchange::PackedRequest request;
    Request asked{.call = unknown(), .node = {}};
    asked.parameters = {{"Direction", "x y"}, {"My&Own", "1"}, {"My&Own", "2"}};
    request.pack(asked, {});
    exchange::Parameters parameters;
    ASSERT_TRUE(parameters.read(request));
    const std::string form(parameters.form());
    EXPECT_NE(form.find("&Direction=x+y&"), form.npos) << form;
    EXPECT_TRUE(form.ends_with("&My%26Own=2")) << form;
    EXPECT_EQ(form.find("inbound"), form.npos) << form;
    const std::string body(parameters.json());
    EXPECT_NE(body.find(R"("Direction":"x y")"), body.npos) << body;

    exchange::PackedRequest other = packed(ann());
    ASSERT_TRUE(parameters.read(other));
    EXPECT_EQ(parameters.form().find("Own="), std::string_view::npos);
    parameters.recall(request);
    EXPECT_EQ(parameters.form(), form);
}

TEST(Parameters, text_that_is_not_an_object_is_a_failure)
{
    exchange::Parameters parameters;
    auto call = unknown();
    call.custom_sip_headers = "[]";
    const auto read = parameters.read(packed(call));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, Reason::invalid_json);
    EXPECT_EQ(read.error().message, "the call's custom_sip_headers: not a JSON object");
    call.custom_sip_headers = R"({"X-Tag":)";
    EXPECT_FALSE(parameters.read(packed(call, Format::twiml)));
}

TEST(Parameters, nothing_is_left_of_the_call_before)
{
    exchange::Parameters parameters;
    const auto first = packed(ann());
    EXPECT_TRUE(parameters.read(first));
    const auto second = packed(unknown());
    EXPECT_TRUE(parameters.read(second));
    EXPECT_EQ(parameters.form(), form(unknown()));
}

TEST(Parameters, of_a_call_are_its_own_after_another_one_could_not_be_read)
{
    exchange::Parameters parameters;
    const auto first = packed(ann());
    EXPECT_TRUE(parameters.read(first));
    auto call = unknown();
    call.custom_application_vars = R"({"stranger":"yes"})";
    call.custom_sip_headers = "[]";
    const auto second = packed(call);
    EXPECT_FALSE(parameters.read(second));
    parameters.recall(first);
    EXPECT_EQ(parameters.form(), form(ann()));
}

TEST(Parameters, owners_that_are_not_utf_8_are_a_failure)
{
    exchange::Parameters parameters;
    auto call = unknown();
    call.owner_ids = {"a", "\xe9"};
    const auto read = parameters.read(packed(call));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, Reason::invalid_json);
    EXPECT_NE(read.error().message.find("the call's owner_ids"), std::string::npos);
}

TEST(Parameters, those_of_a_call_come_back_after_another_one_was_read)
{
    exchange::Parameters parameters;
    const auto first = packed(ann());
    EXPECT_TRUE(parameters.read(first));
    const auto second = packed(unknown());
    EXPECT_TRUE(parameters.read(second));
    parameters.recall(first);
    EXPECT_EQ(parameters.form(), form(ann()));
    EXPECT_EQ(parameters.json(), body(ann()));
}

}  // namespace
}  // namespace pivot
