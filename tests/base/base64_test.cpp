#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace pivot {
namespace {

std::string base64(std::string_view bytes)
{
    std::string out = "Basic ";
    append_base64(out, bytes);
    return out;
}

// RFC 4648, section 10.
TEST(Base64, it_is_as_in_the_test_vectors_of_rfc_4648)
{
    EXPECT_EQ(base64(""), "Basic ");
    EXPECT_EQ(base64("f"), "Basic Zg==");
    EXPECT_EQ(base64("fo"), "Basic Zm8=");
    EXPECT_EQ(base64("foo"), "Basic Zm9v");
    EXPECT_EQ(base64("foob"), "Basic Zm9vYg==");
    EXPECT_EQ(base64("fooba"), "Basic Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), "Basic Zm9vYmFy");
    EXPECT_EQ(base64({"\0\xff\xfe", 3}), "Basic AP/+");
}

}  // namespace
}  // namespace pivot
