#include "abi/boundary.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace pivot::abi {
namespace {

TEST(Boundary, a_sentence_is_cut_in_front_of_what_does_not_fit)
{
    pivot_error error;
    say(&error, "short");
    EXPECT_STREQ(error.sentence, "short");

    constexpr std::size_t capacity = sizeof error.sentence - 1;
    const std::string fits(capacity, 'a');
    say(&error, fits);
    EXPECT_EQ(error.sentence, fits);
    say(&error, fits + "b");
    EXPECT_EQ(error.sentence, fits);

    const std::string start(capacity - 2, 'a');
    say(&error, start + "\u20ac");  // three bytes
    EXPECT_EQ(error.sentence, start);
    say(&error, start.substr(1) + "\u20ac");
    EXPECT_EQ(error.sentence, start.substr(1) + "\u20ac");
    say(nullptr, "nobody listens");
}

TEST(Boundary, an_exception_becomes_a_status)
{
    pivot_error error;
    EXPECT_EQ(guard(&error, []() -> Granted<void> { throw std::bad_alloc(); }), PIVOT_NO_MEMORY);
    EXPECT_STREQ(error.sentence, "there is no memory left");
    EXPECT_EQ(guard(&error, []() -> Granted<void> { throw std::runtime_error("odd"); }),
              PIVOT_INTERNAL);
    EXPECT_STREQ(error.sentence, "odd");
    EXPECT_EQ(guard(&error, [] { return Granted<void>(); }), PIVOT_OK);
    EXPECT_STREQ(error.sentence, "");
}

}  // namespace
}  // namespace pivot::abi
