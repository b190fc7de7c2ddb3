#include "base/json.hpp"
#include "pivot/serve/kazoo/shadow_list.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = ShadowVerdict::Kind;

constexpr const char* url = "https://ann:secret@web.example.com/ivr?site=7";

ShadowVerdict blocked(const std::string& why = "10.0.0.7 is private")
{
    return {Kind::refused, "blocked", why, "allow it"};
}

// `refused 2 blocked`, …
std::vector<std::string> rows_of(const ShadowList& list)
{
    json::Document document;
    const std::string text = "{" + list.to_json() + "}";
    const auto root = document.read(text);
    std::vector<std::string> rows;
    if (!root) return {"not JSON"};
    for (const json::Value row : root->find("rows")->elements()) {
        rows.push_back(fmt::format("{} {} {}", row.find("verdict")->text(),
                                   row.find("requests")->text(), row.find("reason")->text()));
    }
    return rows;
}

TEST(ShadowList, requests_of_one_account_web_server_and_reason_are_one_row)
{
    ShadowList list;
    EXPECT_EQ(list.add({"c1", "a1", url}, blocked()), 1U);
    EXPECT_EQ(list.add({"c2", "a1", "https://web.example.com/other"}, blocked("still")), 2U);
    EXPECT_EQ(list.add({"c3", "a2", url}, blocked()), 1U);
    EXPECT_EQ(list.add({"c4", "a1", "https://web.example.com:8443/"}, blocked()), 1U);
    EXPECT_THAT(rows_of(list),
                ElementsAre("refused 2 blocked", "refused 1 blocked", "refused 1 blocked"));
    EXPECT_THAT(list.to_json(), HasSubstr(R"("why":"still","todo":"allow it","call_id":"c2")"));
    EXPECT_THAT(list.to_json(), testing::Not(HasSubstr("secret")));
}

TEST(ShadowList, refused_ones_come_first_and_then_changed_ones)
{
    ShadowList list;
    for (int i = 0; i < 3; ++i) list.add({"c1", "a1", url}, {});
    list.add({"c1", "a1", url}, {Kind::changed, "headers"});
    list.add({"c1", "a1", url}, blocked());
    EXPECT_THAT(rows_of(list), ElementsAre("refused 1 blocked", "changed 1 headers", "ok 3 "));
    EXPECT_THAT(list.to_json(),
                HasSubstr(R"("requests":{"ok":3,"changed":1,"refused":1,"unjudged":0})"));
}

TEST(ShadowList, a_request_without_a_usable_url_has_a_row_as_well)
{
    EXPECT_EQ(ShadowList::place_of({"c1", "a1", "ftp://h/"}), "an invalid URL");
    EXPECT_EQ(ShadowList::place_of({"c1", "a1", ""}), "no URL");
}

TEST(ShadowList, a_full_list_only_counts)
{
    ShadowList list;
    for (std::size_t i = 0; i < ShadowList::rows_max; ++i) {
        list.add({"c1", std::to_string(i), url}, blocked());
    }
    EXPECT_EQ(list.add({"c1", "one more", url}, blocked()), 0U);
    EXPECT_EQ(list.add({"c1", "7", url}, blocked()), 2U);
    EXPECT_THAT(list.to_json(), HasSubstr(R"("without_row":1)"));
}

TEST(ShadowList, a_new_list_has_no_rows_while_metrics_go_on)
{
    ShadowList list;
    list.add({"c1", "a1", url}, blocked());
    list.clear();
    EXPECT_THAT(rows_of(list), testing::IsEmpty());
    std::vector<FrontMetric> metrics;
    list.add_metrics("switch=\"kazoo-main\"", metrics);
    std::vector<std::string> counted;
    for (const FrontMetric& metric : metrics) {
        if (metric.value > 0) counted.push_back(metric.labels);
    }
    EXPECT_THAT(counted, ElementsAre(R"(switch="kazoo-main",verdict="refused",reason="blocked")"));
}

}  // namespace
}  // namespace pivot::tools
