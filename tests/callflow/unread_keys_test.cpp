#include "callflow/unread_keys.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

// `POINTER: sentence`, a line each.
std::vector<std::string> found_in(std::string_view text)
{
    json::Document document;
    const auto flow = document.read(text);
    EXPECT_TRUE(flow);
    std::vector<std::string> lines;
    for (const auto& [at, error] : unread_keys(*flow, "")) lines.push_back(at + ": " + error);
    return lines;
}

using Lines = std::vector<std::string>;

TEST(UnreadKeys, what_a_module_knows_is_silent)
{
    EXPECT_EQ(found_in(R"({"module":"play","data":{"id":"a","skip_module":false},"x_editor":{}})"),
              Lines());
    EXPECT_EQ(
        found_in(R"({"module":"pivot","data":{"voice_url":"http://h/","fallback_url":"http://g/",
                           "fallback_method":"get","req_timeout":"5"}})"),
        Lines());
    EXPECT_EQ(found_in(R"({"module":"device","data":{"id":"a","custom_sip_headers":{"X-A":"b"}}})"),
              Lines());
    EXPECT_EQ(found_in("[]"), Lines());
    EXPECT_EQ(found_in(R"({"module":"nonsense","data":{"x":1},"children":7})"), Lines());
}

TEST(UnreadKeys, one_that_a_module_does_not_know_has_its_pointer)
{
    EXPECT_EQ(found_in(R"({"module":"play","data":{"idd":"a"},"children":{
                           "a/b":{"module":"hangup","data":{"why":1}}}})"),
              (Lines{R"(/data/idd: "idd" is not a key of play: did you mean "id"?)",
                     R"(/children/a~1b/data/why: "why" is not a key of hangup, and is ignored)"}));
}

TEST(UnreadKeys, lists_and_variants_are_looked_into)
{
    EXPECT_EQ(
        found_in(R"({"module":"ring_group","data":{"endpoints":[
                           {"id":"a","endpoint_type":"user"},{"id":"b","tiemout":5}]}})"),
        Lines{
            R"(/data/endpoints/1/tiemout: "tiemout" is not a key of ring_group: did you mean "timeout"?)"});
    EXPECT_EQ(found_in(R"({"module":"audio_macro","data":{"macros":[
                           {"macro":"play","id":"a"},{"macro":"tone","id":"a"}]}})"),
              Lines{R"(/data/macros/1/id: "id" is not a key of audio_macro, and is ignored)"});
}

TEST(UnreadKeys, a_key_of_the_node_itself_counts_where_it_is_nearly_right)
{
    EXPECT_EQ(found_in(R"({"module":"hangup","data":{},"chlidren":{},"name":"x"})"),
              Lines{R"(/chlidren: "chlidren" is not a key of a node: did you mean "children"?)"});
}

TEST(UnreadKeys, there_are_no_more_than_a_thousand)
{
    std::string text = R"({"module":"hangup","data":{)";
    for (int i = 0; i < 1'200; ++i) text += '"' + std::to_string(i) + "\":1,";
    EXPECT_EQ(found_in(text + "\"last\":1}}").size(), 1'000U);
}

}  // namespace
}  // namespace pivot::callflow
