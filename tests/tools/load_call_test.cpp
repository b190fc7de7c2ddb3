#include "pivot/load/load_call.hpp"

#include "exchange/parameters.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

TEST(LoadCall, the_typical_call_has_20_parameters_of_about_650_bytes)
{
    NumberedRequest request({.call = typical_call(), .node = {Action(), ""}}, 0);
    exchange::PackedRequest packed;
    packed.pack(request.next(), {});
    exchange::Parameters parameters;
    ASSERT_TRUE(parameters.read(packed));
    const std::string form(parameters.form());
    EXPECT_NEAR(static_cast<double>(form.size()), 650, 50) << form;
    EXPECT_NEAR(static_cast<double>(std::ranges::count(form, '&')), 20, 3) << form;
}

TEST(LoadCall, each_request_has_a_call_id_of_its_own)
{
    Call call;
    call.call_id = "a@b";
    NumberedRequest request({.call = call, .node = {Action(), ""}}, 7);
    NumberedRequest other({.call = call, .node = {Action(), ""}}, 8);
    EXPECT_EQ(request.next().call.call_id, "a@b-07-000000000000");
    EXPECT_EQ(request.next().call.call_id, "a@b-07-000000000001");
    EXPECT_EQ(other.next().call.call_id, "a@b-08-000000000000");
    for (int i = 2; i < 1'234; ++i) request.next();
    EXPECT_EQ(request.next().call.call_id, "a@b-07-000000001234");
}

}  // namespace
}  // namespace pivot::tools
