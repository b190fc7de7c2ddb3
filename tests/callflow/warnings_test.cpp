#include "callflow/flow.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

using Lines = std::vector<std::string>;

// `POINTER: sentence`, a line each.
Lines warnings_of(std::string_view text)
{
    json::Document document;
    const auto flow = document.read(text);
    EXPECT_TRUE(flow);
    Validator validator;
    std::string unused;
    static_cast<void>(validator.validate(*flow, unused));
    Lines lines;
    for (const auto& [at, error] : validator.warnings()) lines.push_back(at + ": " + error);
    return lines;
}

Lines warnings_of(std::string_view module, std::string_view data)
{
    return warnings_of(fmt::format(R"({{"module":"{}","data":{{{}}}}})", module, data));
}

TEST(FlowWarnings, what_a_module_knows_is_silent)
{
    EXPECT_EQ(warnings_of(R"({"module":"play","data":{"id":"a","skip_module":false},"x":{}})"),
              Lines());
    EXPECT_EQ(warnings_of("pivot", R"("voice_url":"http://h.example/","fallback_url":"http://g/",
                                      "fallback_method":"get","req_timeout":"5")"),
              Lines());
    EXPECT_EQ(warnings_of("device", R"("id":"a","custom_sip_headers":{"X-A":"b"})"), Lines());
    EXPECT_EQ(warnings_of("set_variables", R"("custom_application_vars":{"any":"thing"})"),
              Lines());
    EXPECT_EQ(warnings_of("[]"), Lines());
    EXPECT_EQ(warnings_of(R"({"module":"nonsense","data":{"x":1},"children":7})"), Lines());
}

TEST(FlowWarnings, a_key_that_a_module_does_not_know_has_its_pointer)
{
    EXPECT_EQ(warnings_of(R"({"module":"play","data":{"idd":"a"},"children":{
                           "a/b":{"module":"hangup","data":{"why":1}}}})"),
              (Lines{R"(/data/idd: "idd" is not a key of play: did you mean "id"?)",
                     R"(/children/a~1b/data/why: "why" is not a key of hangup, and is ignored)"}));
}

TEST(FlowWarnings, lists_and_variants_are_looked_into)
{
    EXPECT_EQ(warnings_of("ring_group", R"("endpoints":[{"id":"a","endpoint_type":"user"},
                                                        {"id":"b","tiemout":5}])"),
              Lines{R"(/data/endpoints/1/tiemout: "tiemout" is not a key of ring_group: )"
                    R"(did you mean "timeout"?)"});
    EXPECT_EQ(warnings_of("audio_macro", R"("macros":[{"macro":"play","id":"a"},
                                                      {"macro":"tone","id":"a"}])"),
              Lines{R"(/data/macros/1/id: "id" is not a key of audio_macro, and is ignored)"});
}

TEST(FlowWarnings, a_key_of_the_node_itself_counts_where_it_is_nearly_right)
{
    EXPECT_EQ(warnings_of(R"({"module":"hangup","data":{},"chlidren":{},"name":"x"})"),
              Lines{R"(/chlidren: "chlidren" is not a key of a node: did you mean "children"?)"});
}

TEST(FlowWarnings, what_only_kazoo_reads_warns_unless_it_is_the_default)
{
    const std::string ignored = ": is read by KAZOO, but ignored when Pivot runs the flow";
    EXPECT_EQ(warnings_of("user", R"("id":"u","fail_on_single_reject":true)"),
              Lines{"/data/fail_on_single_reject" + ignored});
    EXPECT_EQ(warnings_of("resources", R"("hunt_account_id":"a","use_local_resources":false)"),
              (Lines{"/data/hunt_account_id" + ignored, "/data/use_local_resources" + ignored}));
    EXPECT_EQ(warnings_of("resources", R"("use_local_resources":true,"outbound_flags":[])"),
              Lines());
}

TEST(FlowWarnings, a_key_that_only_kazoo_5_has_is_known)
{
    EXPECT_EQ(warnings_of("record_caller", R"("media_name":"a")"), Lines());
    EXPECT_EQ(warnings_of("callflow", R"("flow":{"module":"hangup"})"), Lines());
    EXPECT_EQ(warnings_of("callflow", R"("flwo":{"module":"hangup"},"flow":{"module":"hangup"})"),
              Lines{R"(/data/flwo: "flwo" is not a key of callflow: did you mean "flow"?)"});
    EXPECT_EQ(warnings_of("device", R"("id":"a","fail_on_single_reject":true)"),
              Lines{"/data/fail_on_single_reject: is read by KAZOO, but ignored when Pivot runs "
                    "the flow"});
}

// KAZOO's consoles write one into every node, and KAZOO reads none.
TEST(FlowWarnings, a_timeout_in_seconds_that_is_unusable_breaks_nothing)
{
    for (const char* const odd : {R"("10")", R"("")", "null", "0", "5.1", "[1]"}) {
        const Lines lines = warnings_of(
            "pivot", fmt::format(R"("voice_url":"http://h.example/","req_timeout":{})", odd));
        ASSERT_EQ(lines.size(), 1U) << odd;
        EXPECT_TRUE(lines[0].starts_with("/data/req_timeout: ")) << lines[0];
        EXPECT_TRUE(lines[0].ends_with("the longest allowed time is used")) << lines[0];
    }
}

TEST(FlowWarnings, there_are_no_more_than_a_hundred)
{
    std::string text = R"({"module":"hangup","data":{)";
    for (int i = 0; i < 1'200; ++i) text += '"' + std::to_string(i) + "\":1,";
    EXPECT_EQ(warnings_of(text + "\"last\":1}}").size(), 100U);
}

}  // namespace
}  // namespace pivot::callflow
