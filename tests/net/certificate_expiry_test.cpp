#include "net/certificate_expiry.hpp"

#include "base/clock.hpp"
#include "peers/certificates.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

constexpr double day_s = 24 * 3'600;

TEST(CertificateExpiry, is_known_of_good_and_of_expired_ones)
{
    test::Certificates certificates;
    const double now_s = static_cast<double>(unix_now_ms()) / 1'000;
    const auto good = expiry_unix_s(certificates.good({"localhost"}).certificate_file);
    const auto expired = expiry_unix_s(certificates.expired({"localhost"}).certificate_file);
    ASSERT_TRUE(good && expired);
    EXPECT_NEAR(static_cast<double>(*good), now_s + 30 * day_s, 3 * day_s);
    EXPECT_NEAR(static_cast<double>(*expired), now_s - 3'600, 600);
}

TEST(CertificateExpiry, is_unknown_of_other_files)
{
    test::Certificates certificates;
    EXPECT_FALSE(expiry_unix_s(certificates.good({"localhost"}).key_file));
    EXPECT_FALSE(expiry_unix_s("/none"));
}

}  // namespace
}  // namespace pivot::net
