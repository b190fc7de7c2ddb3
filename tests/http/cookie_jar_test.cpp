#include "http/cookie_jar.hpp"

#include "exact.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::http {
namespace {

constexpr std::int64_t now = 1'700'000'000;

// A web server's cookies, and what it gets back.
class Jar {
public:
    Jar& take(std::string_view set_cookie, std::string_view url = "http://hooks.example.com/ivr/a")
    {
        jar_.take(set_cookie, *Url::parse(url), now_);
        return *this;
    }

    std::string sent(std::string_view url = "http://hooks.example.com/ivr/b") const
    {
        std::string value;
        jar_.append_header_value(value, *Url::parse(url), now_);
        return value;
    }

    void wait(std::int64_t seconds) { now_ += seconds; }
    bool empty() const { return jar_.empty(); }

private:
    CookieJar jar_;
    std::int64_t now_ = now;
};

std::string sent_back(std::string_view set_cookie)
{
    return Jar().take(set_cookie).sent();
}

TEST(CookieJar, an_empty_one_is_three_words)
{
    EXPECT_TRUE(Jar().empty());
    EXPECT_EQ(Jar().sent(), "");
    EXPECT_LE(sizeof(CookieJar), 3 * sizeof(void*));
}

// RFC 6265, section 3.1.
TEST(CookieJar, rfc_6265_3_1_the_standards_examples)
{
    Jar jar;
    jar.take("SID=31d4d96e407aad42; Path=/; Secure; HttpOnly", "https://example.com/");
    jar.take("lang=en-US; Path=/; Domain=example.com", "https://example.com/");
    EXPECT_EQ(jar.sent("https://example.com/"), "SID=31d4d96e407aad42; lang=en-US");
    jar.take("lang=en-US; Expires=Wed, 09 Jun 2032 10:18:14 GMT", "https://example.com/");
    EXPECT_EQ(jar.sent("https://example.com/"), "SID=31d4d96e407aad42; lang=en-US");
    jar.take("lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "https://example.com/");
    EXPECT_EQ(jar.sent("https://example.com/"), "SID=31d4d96e407aad42");
}

TEST(CookieJar, rfc_6265_5_1_3_a_domain_is_the_hosts_own_or_a_parent)
{
    for (const auto* good : {"hooks.example.com", "HOOKS.example.COM", ".hooks.example.com",
                             "example.com", ".example.com", "com", "", "."}) {
        EXPECT_EQ(sent_back(fmt::format("a=1; Domain={}", good)), "a=1") << good;
    }
    for (const auto* odd : {"other.example.com", "a.hooks.example.com", "ooks.example.com",
                            "ample.com", "..example.com", "example.com.", "example.org", "*"}) {
        EXPECT_EQ(sent_back(fmt::format("a=1; Domain={}", odd)), "") << odd;
    }
}

TEST(CookieJar, rfc_6265_5_1_3_an_address_has_no_parents)
{
    Jar jar;
    jar.take("a=1; Domain=0.2.7", "http://192.0.2.7/");
    EXPECT_TRUE(jar.empty());
    jar.take("a=1; Domain=192.0.2.7", "http://192.0.2.7/");
    EXPECT_EQ(jar.sent("http://192.0.2.7/"), "a=1");
    jar.take("b=2", "http://[2001:db8::7]/");
    EXPECT_EQ(jar.sent("http://[2001:DB8:0::7]/"), "b=2");
}

TEST(CookieJar, a_cookie_goes_back_to_the_host_that_set_it_and_to_no_other)
{
    Jar jar;
    jar.take("a=1; Domain=example.com; Path=/");
    for (const auto* other :
         {"http://example.com/", "http://other.example.com/", "http://a.hooks.example.com/"}) {
        EXPECT_EQ(jar.sent(other), "") << other;
    }
    EXPECT_EQ(jar.sent("http://Hooks.Example.COM./"), "a=1");
}

TEST(CookieJar, rfc_6265_8_5_ports_and_schemes_share_cookies)
{
    Jar jar;
    jar.take("a=1; Path=/");
    EXPECT_EQ(jar.sent("http://hooks.example.com:8080/"), "a=1");
    EXPECT_EQ(jar.sent("https://hooks.example.com/"), "a=1");
}

TEST(CookieJar, rfc_6265_5_1_4_the_default_path_is_that_of_the_url_up_to_its_last_slash)
{
    struct Case {
        std::string_view url;
        std::string_view path;
        std::string_view outside;
    };
    for (const auto& [url, path, outside] :
         {Case{"http://h/ivr/menu/a?x=/y/z", "/ivr/menu", "/ivr"},
          Case{"http://h/ivr/menu/", "/ivr/menu/b", "/ivr/menus"}, Case{"http://h/ivr", "/", ""},
          Case{"http://h", "/any/thing", ""}, Case{"http://h/?a/b", "/c", ""}}) {
        Jar jar;
        jar.take("a=1", url);
        EXPECT_EQ(jar.sent(fmt::format("http://h{}", path)), "a=1") << url;
        if (!outside.empty()) {
            EXPECT_EQ(jar.sent(fmt::format("http://h{}", outside)), "") << url;
        }
    }
}

TEST(CookieJar, rfc_6265_5_1_4_a_path_matches_whole_segments)
{
    Jar jar;
    jar.take("a=1; Path=/ivr", "http://h/");
    jar.take("b=2; Path=/menu/", "http://h/");
    EXPECT_EQ(jar.sent("http://h/ivr"), "a=1");
    EXPECT_EQ(jar.sent("http://h/ivr/"), "a=1");
    EXPECT_EQ(jar.sent("http://h/ivr/x"), "a=1");
    EXPECT_EQ(jar.sent("http://h/ivr?x"), "a=1");
    EXPECT_EQ(jar.sent("http://h/ivrs"), "");
    EXPECT_EQ(jar.sent("http://h/IVR"), "");
    EXPECT_EQ(jar.sent("http://h/menu/x"), "b=2");
    EXPECT_EQ(jar.sent("http://h/menu"), "");
}

TEST(CookieJar, rfc_6265_5_2_a_cookie_has_a_name_and_a_value)
{
    EXPECT_EQ(sent_back("a=1"), "a=1");
    EXPECT_EQ(sent_back(" a \t=\t 1 2 ; x"), "a=1 2");
    EXPECT_EQ(sent_back("a="), "a=");
    EXPECT_EQ(sent_back("a=b=c"), "a=b=c");
    EXPECT_EQ(sent_back("a=\"1\""), "a=\"1\"");
    EXPECT_EQ(sent_back("a=\"1;2\""), "a=\"1");
    EXPECT_EQ(sent_back("a=1,b=2"), "a=1,b=2");
    for (const auto* odd : {"", "a", "=1", " =1", ";a=1", "a; b=1", "Secure"}) {
        EXPECT_EQ(sent_back(odd), "") << odd;
    }
}

TEST(CookieJar, a_control_character_is_refused)
{
    for (const char control : {'\0', '\r', '\n', '\x1b', '\x7f'}) {
        EXPECT_EQ(sent_back(std::string("a=1") + control + "2"), "");
        EXPECT_EQ(sent_back(std::string("a=1; Path=/") + control), "");
    }
    EXPECT_EQ(sent_back("a=1\t2"), "a=1\t2");
}

TEST(CookieJar, rfc_6265_5_2_1_expires_ends_a_cookie)
{
    Jar jar;
    jar.take("a=1; expires=Tue, 14-Nov-2023 22:13:30 GMT");  // ten seconds from now
    EXPECT_EQ(jar.sent(), "a=1");
    jar.wait(9);
    EXPECT_EQ(jar.sent(), "a=1");
    jar.wait(1);
    EXPECT_EQ(jar.sent(), "");
    EXPECT_EQ(sent_back("a=1; Expires=Tue, 14 Nov 2023 22:13:20 GMT"), "");
    EXPECT_EQ(sent_back("a=1; Expires=never"), "a=1");
}

TEST(CookieJar, rfc_6265_5_2_2_max_age_ends_a_cookie)
{
    Jar jar;
    jar.take("a=1; Max-Age=10");
    jar.wait(9);
    EXPECT_EQ(jar.sent(), "a=1");
    jar.wait(1);
    EXPECT_EQ(jar.sent(), "");
    for (const auto* over : {"0", "-1", "-99999999999999999999", "00"}) {
        EXPECT_EQ(sent_back(fmt::format("a=1; Max-Age={}", over)), "") << over;
    }
    for (const auto* kept :
         {"1", "99999999999999999999", "9223372036854775807", "", "-", "+1", "1.5", "x"}) {
        EXPECT_EQ(sent_back(fmt::format("a=1; Max-Age={}", kept)), "a=1") << kept;
    }
}

TEST(CookieJar, rfc_6265_5_3_max_age_goes_before_expires)
{
    EXPECT_EQ(sent_back("a=1; Max-Age=10; Expires=Sun, 06 Nov 1994 08:49:37 GMT"), "a=1");
    EXPECT_EQ(sent_back("a=1; Max-Age=0; Expires=Wed, 09 Jun 2032 10:18:14 GMT"), "");
}

TEST(CookieJar, rfc_6265_5_2_3_a_domain_without_a_value_is_ignored)
{
    EXPECT_EQ(sent_back("a=1; Domain; Domain="), "a=1");
    EXPECT_EQ(sent_back("a=1; Domain=evil.example; Domain="), "");
}

TEST(CookieJar, rfc_6265_5_2_4_a_path_that_is_not_absolute_is_the_default)
{
    for (const auto* path : {"Path", "Path=", "Path=ivr", "Path=\"/\"", "Path=/x; Path="}) {
        Jar jar;
        jar.take(fmt::format("a=1; {}", path));
        EXPECT_EQ(jar.sent("http://hooks.example.com/ivr"), "a=1") << path;
        EXPECT_EQ(jar.sent("http://hooks.example.com/"), "") << path;
    }
}

TEST(CookieJar, rfc_6265_5_2_5_secure_goes_over_https_alone)
{
    Jar jar;
    jar.take("a=1; sEcUrE=x; Path=/", "https://h/");
    EXPECT_EQ(jar.sent("https://h/"), "a=1");
    EXPECT_EQ(jar.sent("https://h:8443/"), "a=1");
    EXPECT_EQ(jar.sent("http://h/"), "");
}

TEST(CookieJar, rfc_6265_5_2_6_http_only_and_unknown_attributes_say_nothing)
{
    EXPECT_EQ(sent_back("a=1; HttpOnly; SameSite=Strict; Priority=High;;;=;"), "a=1");
}

TEST(CookieJar, rfc_6265_5_3_the_last_of_an_attribute_counts)
{
    EXPECT_EQ(sent_back("a=1; Max-Age=0; Max-Age=10"), "a=1");
    EXPECT_EQ(sent_back("a=1; Path=/x; Path=/"), "a=1");
    EXPECT_EQ(sent_back("a=1; Domain=example.com; Domain=evil.example"), "");
}

TEST(CookieJar, rfc_6265_5_3_a_cookie_replaces_its_namesake_of_one_host_and_path)
{
    Jar jar;
    jar.take("a=1; Path=/").take("b=2; Path=/").take("a=3; Path=/").take("a=4; Path=/ivr");
    EXPECT_EQ(jar.sent(), "a=4; a=3; b=2");
    jar.take("a=5; Path=/", "http://other.example.com/");
    EXPECT_EQ(jar.sent(), "a=4; a=3; b=2");
    jar.take("a=; Path=/; Max-Age=0");
    EXPECT_EQ(jar.sent(), "a=4; b=2");
    jar.take("A=6; Path=/");
    EXPECT_EQ(jar.sent(), "a=4; b=2; A=6");
}

TEST(CookieJar, rfc_6265_5_4_the_longest_path_comes_first_and_then_the_oldest)
{
    Jar jar;
    jar.take("a=1; Path=/").take("b=2; Path=/ivr/x").take("c=3; Path=/ivr").take("d=4; Path=/");
    jar.take("e=5; Path=/ivr/x");
    EXPECT_EQ(jar.sent("http://hooks.example.com/ivr/x/y"), "b=2; e=5; c=3; a=1; d=4");
}

TEST(CookieJar, rfc_6265_5_3_the_oldest_goes_where_there_are_too_many)
{
    Jar jar;
    for (std::size_t i = 0; i <= CookieJar::cookies_max; ++i) jar.take(fmt::format("c{}=1", i));
    const auto sent = jar.sent();
    EXPECT_EQ(std::ranges::count(sent, '='), std::ptrdiff_t{CookieJar::cookies_max});
    EXPECT_TRUE(sent.starts_with("c1=1; c2=1;"));
    EXPECT_TRUE(sent.ends_with("c50=1"));
}

TEST(CookieJar, what_has_expired_goes_before_what_has_not)
{
    Jar jar;
    jar.take("old=1");
    jar.take("over=1; Max-Age=1");
    for (std::size_t i = 2; i < CookieJar::cookies_max; ++i) jar.take(fmt::format("c{}=1", i));
    jar.wait(2);
    jar.take("new=1");
    EXPECT_TRUE(jar.sent().starts_with("old=1; c2=1;"));
    EXPECT_TRUE(jar.sent().ends_with("new=1"));
}

TEST(CookieJar, a_cookie_over_the_limit_is_refused)
{
    EXPECT_NE(sent_back("a=" + std::string(CookieJar::cookie_bytes_max - 2, 'x')), "");
    EXPECT_EQ(sent_back("a=" + std::string(CookieJar::cookie_bytes_max - 1, 'x')), "");
    EXPECT_EQ(sent_back("a=1;" + std::string(CookieJar::cookie_bytes_max, 'x')), "");
}

TEST(CookieJar, the_end_of_the_text_is_the_end_of_the_cookie)
{
    const auto url = *Url::parse("https://hooks.example.com/ivr");
    for_each_prefix(
        "a=1; Domain=.example.com; Path=/; Max-Age=10; Secure; "
        "Expires=Wed, 09 Jun 2032 10:18:14 GMT",
        [&](std::string_view prefix) {
            CookieJar jar;
            jar.take(prefix, url, now);
        });
}

}  // namespace
}  // namespace pivot::http
