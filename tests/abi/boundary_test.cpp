#include "abi/boundary.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace pivot::abi {
namespace {

TEST(Boundary, a_sentence_is_cut_in_front_of_what_does_not_fit)
{
    pivot_error error;
    set_error(&error, "short");
    EXPECT_STREQ(error.sentence, "short");

    constexpr std::size_t capacity = sizeof error.sentence - 1;
    const std::string fits(capacity, 'a');
    set_error(&error, fits);
    EXPECT_EQ(error.sentence, fits);
    set_error(&error, fits + "b");
    EXPECT_EQ(error.sentence, fits);

    const std::string start(capacity - 2, 'a');
    set_error(&error, start + "\u20ac");  // three bytes
    EXPECT_EQ(error.sentence, start);
    set_error(&error, start.substr(1) + "\u20ac");
    EXPECT_EQ(error.sentence, start.substr(1) + "\u20ac");
    set_error(nullptr, "nobody listens");
}

TEST(Boundary, an_exception_becomes_a_status)
{
    pivot_error error;
    EXPECT_EQ(guard(&error, []() -> Checked<void> { throw std::bad_alloc(); }), PIVOT_NO_MEMORY);
    EXPECT_STREQ(error.sentence, "out of memory");
    EXPECT_EQ(guard(&error, []() -> Checked<void> { throw std::runtime_error("odd"); }),
              PIVOT_INTERNAL);
    EXPECT_STREQ(error.sentence, "odd");
    EXPECT_EQ(guard(&error, [] { return Checked<void>(); }), PIVOT_OK);
    EXPECT_STREQ(error.sentence, "");
}

}  // namespace
}  // namespace pivot::abi
