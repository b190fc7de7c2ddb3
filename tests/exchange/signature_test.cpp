#include "exchange/signature.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace pivot {
namespace {

constexpr std::string_view key = "12345";

std::string signature(std::string_view url, std::vector<exchange::FormParameter> parameters = {})
{
    return exchange::twilio_signature(key, url, parameters);
}

const std::vector<exchange::FormParameter> gathered = {{"CallSid", "CA1234567890ABCDE"},
                                                       {"Caller", "+14158675309"},
                                                       {"Digits", "1234"},
                                                       {"From", "+14158675309"},
                                                       {"To", "+18005551212"}};

// The first four are published in the tests of Twilio's libraries.
TEST(Signature, a_form_is_signed_with_its_url)
{
    EXPECT_EQ(signature("https://mycompany.com/myapp.php?foo=1&bar=2", gathered),
              "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}

TEST(Signature, a_port_is_signed_where_the_url_has_one)
{
    EXPECT_EQ(signature("http://mycompany.com:1234/myapp.php?foo=1&bar=2", gathered),
              "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=");
}

TEST(Signature, of_a_get_the_url_alone_is_signed)
{
    EXPECT_EQ(signature("https://mycompany.com/myapp.php?foo=1&bar=2"),
              "zYQTYrRWXE7LtzbG4PfP7/bkkGo=");
    EXPECT_EQ(signature("https://mycompany.com/voice?CallSid=CA1&From=%2B14158675309&Digits=1%23"),
              "0AlqPzjb4Lcmo51WbkZSEb0X2jI=");
}

TEST(Signature, a_repeated_parameter_contributes_its_distinct_values_in_order)
{
    EXPECT_EQ(signature("https://mycompany.com/myapp.php?foo=1&bar=2", {{"Sid", "CA123"},
                                                                        {"SidAccount", "AC123"},
                                                                        {"Digits", "5678"},
                                                                        {"Digits", "1234"},
                                                                        {"Digits", "1234"}}),
              "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
}

TEST(Signature, a_json_body_is_signed_by_its_hash_in_the_query)
{
    const auto hash = exchange::body_sha256(R"({"property": "value", "boolean": true})");
    EXPECT_EQ(hash, "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620");
    EXPECT_EQ(signature("https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=" + hash),
              "a9nBmqA0ju/hNViExpshrM61xv4=");
}

TEST(Signature, names_are_sorted_by_their_bytes)
{
    EXPECT_EQ(signature("https://mycompany.com/voice", {{"from", "lower"},
                                                        {"From", "+14158675309"},
                                                        {"Digits", "#*0"},
                                                        {"CallerName", "Zo\xc3\xab \xc3\x9cnal"}}),
              "sAIC/D6OMkGB6tg06SOO1HBcp+s=");
}

TEST(Signature, the_order_of_the_parameters_does_not_matter)
{
    auto shuffled = gathered;
    const auto expected = signature("https://mycompany.com/myapp.php?foo=1&bar=2", gathered);
    while (std::ranges::next_permutation(shuffled).found) {
        ASSERT_EQ(signature("https://mycompany.com/myapp.php?foo=1&bar=2", shuffled), expected);
    }
}

TEST(Signature, a_fragment_is_not_signed)
{
    EXPECT_EQ(signature("https://mycompany.com/myapp.php?foo=1&bar=2#ct=1000&rc=2"),
              "zYQTYrRWXE7LtzbG4PfP7/bkkGo=");
}

TEST(Signature, an_encoded_form_is_signed_as_it_is_decoded)
{
    const std::string_view url = "https://mycompany.com/voice";
    EXPECT_EQ(exchange::twilio_form_signature(key, url,
                                              "from=lower&From=%2B14158675309&Digits=%23%2A0&"
                                              "CallerName=Zo%C3%AB+%C3%9Cnal"),
              "sAIC/D6OMkGB6tg06SOO1HBcp+s=");
    EXPECT_EQ(exchange::twilio_form_signature(key, url, "Digits=&Digits[pin]=1%23&CallSid=CA1"),
              "CLtTzzJqLafi51Yk/fKVODax0AA=");
    EXPECT_EQ(exchange::twilio_form_signature(key, url, ""), signature(url));
}

// The hashes are those of Python's hmac module.
TEST(Signature, kazoo_sessions_sign_the_time_and_the_body)
{
    EXPECT_EQ(exchange::kazoo_signature(key, 1'700'000'000, R"({"Call-ID":"a"})"),
              "t=1700000000,v1=6c9d535a27eff3b2790d7a76d8d55b36799c5af1cc73f0c4e3bf5c8202f49581");
}

TEST(Signature, an_empty_key_is_a_key)
{
    EXPECT_EQ(exchange::kazoo_signature({}, 0, {}),
              "t=0,v1=b849d5a581847b281957065739df36df2463d1977ea8d6e1e4e6cf33fadc68c3");
}

// RFC 6234's test of SHA-256 without a byte.
TEST(Signature, the_hash_of_an_empty_body_is_that_of_no_bytes)
{
    EXPECT_EQ(exchange::body_sha256(""),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace pivot
