#include "http/url.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

// The URL without credentials, or the error.
std::string read(std::string_view text)
{
    const auto url = Url::parse(text);
    return url ? url->to_text() : url.error();
}

std::string target(std::string_view text)
{
    const auto url = Url::parse(text);
    return url ? url->target : url.error();
}

TEST(Url, it_falls_into_what_a_request_needs)
{
    const auto url = Url::parse("https://ann:secret@Hooks.Example.com:8443/ivr?site=7#top");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, Scheme::https);
    EXPECT_EQ(url->authorization, "Basic YW5uOnNlY3JldA==");
    EXPECT_EQ(url->host, "hooks.example.com");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/ivr?site=7");
    EXPECT_EQ(url->authority(), "hooks.example.com:8443");
    EXPECT_EQ(url->origin(), "https://hooks.example.com:8443");
    EXPECT_EQ(url->to_text(), "https://hooks.example.com:8443/ivr?site=7");
}

TEST(Url, an_empty_path_is_the_root)
{
    EXPECT_EQ(target("http://h"), "/");
    EXPECT_EQ(target("http://h?a=1"), "/?a=1");
    EXPECT_EQ(target("http://h?"), "/?");
    EXPECT_EQ(target("http://h#f"), "/");
    EXPECT_EQ(target("http://h/p?a=?b/c"), "/p?a=?b/c");
    EXPECT_EQ(target("http://h//p/../q/./"), "//p/../q/./");
}

TEST(Url, a_fragment_is_dropped)
{
    EXPECT_EQ(target("http://h/p#f"), "/p");
    EXPECT_EQ(target("http://h/p?a=1#f?b#c"), "/p?a=1");
}

TEST(Url, only_http_and_https_are_asked)
{
    EXPECT_EQ(read("HTTP://h/"), "http://h/");
    EXPECT_EQ(read("hTTps://h/"), "https://h/");
    for (const auto* odd :
         {"", "h", "/p", "//h/p", "ftp://h/", "file:///etc/passwd", "gopher://h/", "httpx://h/",
          "htt://h/", "javascript:alert(1)", "1http://h/", " http://h/"}) {
        EXPECT_FALSE(Url::parse(odd)) << odd;
    }
    EXPECT_EQ(read("ftp://h/"), "the URL does not begin with http:// or https://");
    for (const auto* odd : {"http:", "http:/", "http://", "http:///p", "http:h", "http:/h",
                            "http://:80/", "http://ann@/", "http:\\\\h\\p", "http:/\\h"}) {
        EXPECT_EQ(read(odd), "the host is missing") << odd;
    }
}

TEST(Url, the_port_is_the_schemes_own_or_a_number)
{
    EXPECT_EQ(Url::parse("http://h/")->port, 80);
    EXPECT_EQ(Url::parse("https://h/")->port, 443);
    EXPECT_EQ(Url::parse("http://h:/")->port, 80);
    EXPECT_EQ(Url::parse("http://h:65535/")->port, 65535);
    EXPECT_EQ(Url::parse("http://h:00080/")->port, 80);
    EXPECT_EQ(read("https://h:443/"), "https://h/");
    EXPECT_EQ(read("https://h:80/"), "https://h:80/");
    EXPECT_EQ(read("http://h:0/"), "the port is not a number from 1 to 65535");
    EXPECT_EQ(read("http://h:65536/"), "the port is not a number from 1 to 65535");
    for (const auto* odd : {"http://h:80a/", "http://h:-1/", "http://h:+80/", "http://h: 80/",
                            "http://h:99999999999999999999/", "http://h:80:80/"}) {
        EXPECT_FALSE(Url::parse(odd)) << odd;
    }
}

TEST(Url, credentials_become_a_header_and_nothing_else)
{
    // RFC 7617, section 2.
    EXPECT_EQ(Url::parse("http://Aladdin:open%20sesame@h/")->authorization,
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(Url::parse("http://a%3Ab:c%40d:e@h/")->authorization, "Basic YTpiOmNAZDpl");
    EXPECT_EQ(Url::parse("http://ann@h/")->authorization, "Basic YW5uOg==");
    EXPECT_EQ(Url::parse("http://ann:@h/")->authorization, "Basic YW5uOg==");
    EXPECT_EQ(Url::parse("http://@h/")->authorization, "");
    EXPECT_EQ(Url::parse("http://h/@ann")->authorization, "");
    EXPECT_EQ(read("http://ann:secret@h/p"), "http://h/p");
    for (const auto* odd : {"http://ann:sec ret@h/", "http://ann:sec@ret@h/", "http://ann:s%zz@h/",
                            "http://ann:s\"t@h/", "http://evil\\@h/", "http://ann:[x]@h/"}) {
        const auto url = Url::parse(odd);
        ASSERT_FALSE(url) << odd;
        EXPECT_EQ(
            url.error(),
            "the URL is not valid before its path; escape special characters in user and password");
    }
    EXPECT_EQ(Url::parse("http://127.0.0.1:PORT/ivr").error(),
              "the port is not a number, or a user and password are not escaped");
}

TEST(Url, an_address_is_a_host)
{
    EXPECT_EQ(Url::parse("http://192.0.2.7/")->host, "192.0.2.7");
    const auto v6 = Url::parse("http://[2001:DB8::7]/");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->host, "2001:db8::7");
    EXPECT_EQ(v6->authority(), "[2001:db8::7]");
    EXPECT_EQ(v6->origin(), "http://[2001:db8::7]:80");
    EXPECT_EQ(read("http://[::ffff:127.0.0.1]:8080/p"), "http://[::ffff:127.0.0.1]:8080/p");
    for (const auto* odd :
         {"http://[]/", "http://[::1/", "http://::1/", "http://[fe80::1%25eth0]/", "http://[v1.a]/",
          "http://[::1]x/", "http://[127.0.0.1]/", "http://[::127.1]/", "http://[1.2.3.4.5]/"}) {
        EXPECT_FALSE(Url::parse(odd)) << odd;
    }
}

TEST(Url, an_odd_spelling_of_ipv4_is_kept_for_the_address_policy_to_refuse)
{
    for (const auto* odd : {"2130706433", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.",
                            "017700000001", "127.0.0.0x1"}) {
        const auto url = Url::parse("http://" + std::string(odd) + "/");
        ASSERT_TRUE(url) << odd;
        EXPECT_EQ(url->host, odd);
    }
    for (const auto* escaped : {"http://%31%32%37.0.0.1/", "http://127.0.0.1%2e/",
                                "http://①②⑦.0.0.1/", "http://127。0。0。1/"}) {
        EXPECT_FALSE(Url::parse(escaped)) << escaped;
    }
}

TEST(Url, a_host_is_a_name_or_an_address)
{
    EXPECT_EQ(read("http://Hooks.Example.COM./"), "http://hooks.example.com/");
    EXPECT_EQ(read("http://my_host-1/"), "http://my_host-1/");
    EXPECT_EQ(read("http://bücher.example/"),
              "the host has characters other than ASCII; write it in punycode "
              "(xn--…)");
    for (const auto* odd : {"http://a b/", "http://%6cocalhost/", "http://a..b/", "http://a!b/",
                            "http://a,b/", "http://a;b/", "http://(a)/", "http://a\\b/",
                            "http://a|b/", "http://*/", "http://127.0.0.1\\.example.com/"}) {
        EXPECT_FALSE(Url::parse(odd)) << odd;
    }
}

TEST(Url, what_is_harmless_is_escaped)
{
    EXPECT_EQ(target("http://h/a b?c d"), "/a%20b?c%20d");
    EXPECT_EQ(target("http://h/\xc3\xa9?\xe2\x82\xac"), "/%C3%A9?%E2%82%AC");
    EXPECT_EQ(target("http://h/|\"<>^`{}\\?|\"<>^`{}\\"),
              "/%7C%22%3C%3E%5E%60%7B%7D%5C?%7C%22%3C%3E%5E%60%7B%7D%5C");
    EXPECT_EQ(target("http://h/%41%zz%4?100%&%25"), "/%41%25zz%254?100%25&%25");
    EXPECT_EQ(target("http://h/-._~!$&'()*+,;=:@"), "/-._~!$&'()*+,;=:@");
}

TEST(Url, brackets_stay_in_the_query_alone)
{
    EXPECT_EQ(target("http://h/a[1]?b[]=1&c[d]=2"), "/a%5B1%5D?b[]=1&c[d]=2");
}

TEST(Url, a_control_character_is_refused)
{
    for (const char control : {'\0', '\t', '\n', '\r', '\x1b', '\x7f'}) {
        for (std::string text : {"http://h/p?q", "http://h/p", "http://ann:s@h"}) {
            for (std::size_t i = 0; i <= text.size(); ++i) {
                auto cut = text;
                cut.insert(i, 1, control);
                EXPECT_FALSE(Url::parse(cut)) << cut;
            }
        }
    }
    EXPECT_EQ(read("http://h/\r\nX: y"), "the URL has a control character (byte 0x0d) at offset 9");
}

TEST(Url, it_is_at_most_eight_kibibytes_long)
{
    const std::string front = "http://h/";
    EXPECT_TRUE(Url::parse(front + std::string(url_bytes_max - front.size(), 'a')));
    EXPECT_EQ(read(front + std::string(url_bytes_max - front.size() + 1, 'a')),
              "the URL is longer than 8192 bytes");
    EXPECT_TRUE(Url::parse(front + std::string(url_bytes_max - front.size(), '/')));
}

TEST(Url, parameters_join_the_query)
{
    const auto joined = [](std::string_view text, std::string_view parameters) {
        std::string target;
        Url::parse(text)->append_target(target, parameters);
        return target;
    };
    EXPECT_EQ(joined("http://h/p", "P=1"), "/p?P=1");
    EXPECT_EQ(joined("http://h/p?", "P=1"), "/p?P=1");
    EXPECT_EQ(joined("http://h/p?a=1", "P=1"), "/p?a=1&P=1");
    EXPECT_EQ(joined("http://h/p?a=1&", "P=1"), "/p?a=1&P=1");
    EXPECT_EQ(joined("http://h/p?a=1#frag", "P=1"), "/p?a=1&P=1");
    EXPECT_EQ(joined("http://h", "P=1"), "/?P=1");
    EXPECT_EQ(joined("http://h/p", ""), "/p");
}

std::string resolved(std::string_view base, std::string_view reference)
{
    const auto url = Url::parse(base)->resolve(reference);
    return url ? url->to_text() : url.error();
}

// RFC 3986, section 5.4.1; fragments dropped.
TEST(Url, a_reference_is_resolved_as_in_the_normal_examples_of_rfc_3986)
{
    const std::string_view base = "http://a/b/c/d;p?q";
    EXPECT_EQ(resolved(base, "g:h"), "the URL does not begin with http:// or https://");
    EXPECT_EQ(resolved(base, "g"), "http://a/b/c/g");
    EXPECT_EQ(resolved(base, "./g"), "http://a/b/c/g");
    EXPECT_EQ(resolved(base, "g/"), "http://a/b/c/g/");
    EXPECT_EQ(resolved(base, "/g"), "http://a/g");
    EXPECT_EQ(resolved(base, "//g"), "http://g/");
    EXPECT_EQ(resolved(base, "?y"), "http://a/b/c/d;p?y");
    EXPECT_EQ(resolved(base, "g?y"), "http://a/b/c/g?y");
    EXPECT_EQ(resolved(base, "#s"), "http://a/b/c/d;p?q");
    EXPECT_EQ(resolved(base, "g#s"), "http://a/b/c/g");
    EXPECT_EQ(resolved(base, "g?y#s"), "http://a/b/c/g?y");
    EXPECT_EQ(resolved(base, ";x"), "http://a/b/c/;x");
    EXPECT_EQ(resolved(base, "g;x"), "http://a/b/c/g;x");
    EXPECT_EQ(resolved(base, "g;x?y#s"), "http://a/b/c/g;x?y");
    EXPECT_EQ(resolved(base, ""), "http://a/b/c/d;p?q");
    EXPECT_EQ(resolved(base, "."), "http://a/b/c/");
    EXPECT_EQ(resolved(base, "./"), "http://a/b/c/");
    EXPECT_EQ(resolved(base, ".."), "http://a/b/");
    EXPECT_EQ(resolved(base, "../"), "http://a/b/");
    EXPECT_EQ(resolved(base, "../g"), "http://a/b/g");
    EXPECT_EQ(resolved(base, "../.."), "http://a/");
    EXPECT_EQ(resolved(base, "../../"), "http://a/");
    EXPECT_EQ(resolved(base, "../../g"), "http://a/g");
}

// RFC 3986, section 5.4.2.
TEST(Url, a_reference_is_resolved_as_in_the_abnormal_examples_of_rfc_3986)
{
    const std::string_view base = "http://a/b/c/d;p?q";
    EXPECT_EQ(resolved(base, "../../../g"), "http://a/g");
    EXPECT_EQ(resolved(base, "../../../../g"), "http://a/g");
    EXPECT_EQ(resolved(base, "/./g"), "http://a/g");
    EXPECT_EQ(resolved(base, "/../g"), "http://a/g");
    EXPECT_EQ(resolved(base, "g."), "http://a/b/c/g.");
    EXPECT_EQ(resolved(base, ".g"), "http://a/b/c/.g");
    EXPECT_EQ(resolved(base, "g.."), "http://a/b/c/g..");
    EXPECT_EQ(resolved(base, "..g"), "http://a/b/c/..g");
    EXPECT_EQ(resolved(base, "./../g"), "http://a/b/g");
    EXPECT_EQ(resolved(base, "./g/."), "http://a/b/c/g/");
    EXPECT_EQ(resolved(base, "g/./h"), "http://a/b/c/g/h");
    EXPECT_EQ(resolved(base, "g/../h"), "http://a/b/c/h");
    EXPECT_EQ(resolved(base, "g;x=1/./y"), "http://a/b/c/g;x=1/y");
    EXPECT_EQ(resolved(base, "g;x=1/../y"), "http://a/b/c/y");
    EXPECT_EQ(resolved(base, "g?y/./x"), "http://a/b/c/g?y/./x");
    EXPECT_EQ(resolved(base, "g?y/../x"), "http://a/b/c/g?y/../x");
    EXPECT_EQ(resolved(base, "g#s/./x"), "http://a/b/c/g");
    EXPECT_EQ(resolved(base, "g#s/../x"), "http://a/b/c/g");
    EXPECT_EQ(resolved(base, "http:g"), "the host is missing");
}

TEST(Url, a_reference_may_be_a_url)
{
    EXPECT_EQ(resolved("http://a/b", "https://C:8443/d?e[]=1#f"), "https://c:8443/d?e[]=1");
    EXPECT_EQ(resolved("https://a:444/b", "//c/d"), "https://c/d");
    EXPECT_EQ(resolved("https://a:444/b", "d e"), "https://a:444/d%20e");
    EXPECT_EQ(resolved("http://[2001:db8::7]:81/b", "d"), "http://[2001:db8::7]:81/d");
    EXPECT_EQ(resolved("http://192.0.2.7/b?x[]=1", ""), "http://192.0.2.7/b?x[]=1");
    EXPECT_EQ(resolved("http://a", "b.php"), "http://a/b.php");
    EXPECT_EQ(resolved("http://a/p?x=1", "q"), "http://a/q");
    EXPECT_EQ(resolved("http://a/b//c", "d"), "http://a/b//d");
    for (const auto* odd :
         {"ftp://h/", "http://h:0/", "///p", "a\r\nb", "//[::1", "1:2", "\\\\\t"}) {
        EXPECT_FALSE(Url::parse("http://a/")->resolve(odd)) << odd;
    }
    EXPECT_EQ(resolved("http://a/b", "\\\\evil"), "http://a/%5C%5Cevil");
    EXPECT_EQ(resolved("http://a/b", "/\\evil"), "http://a/%5Cevil");
}

TEST(Url, credentials_stay_at_the_host_they_were_given_for)
{
    const auto base = Url::parse("http://ann:secret@a/b");
    EXPECT_EQ(base->resolve("c")->authorization, base->authorization);
    EXPECT_EQ(base->resolve("/c?d")->authorization, base->authorization);
    EXPECT_EQ(base->resolve("http://a/c")->authorization, "");
    EXPECT_EQ(base->resolve("//b/c")->authorization, "");
    EXPECT_EQ(base->resolve("//bob@b/c")->authorization, "Basic Ym9iOg==");
}

TEST(Url, the_end_of_the_text_is_the_end_of_the_url)
{
    const auto base = *Url::parse("http://h/p?q");
    for (const auto* text :
         {"https://ann:s%41@[2001:db8::7]:8443/a%20b/../c?d[]=%7e&e#f",
          "http://hooks.example.com.:80?x", "../a/./b//c?d%4", "//h:80/%C3%A9", "%41%5b:/\\"}) {
        for_each_prefix(text, [&](std::string_view prefix) {
            Url::parse(prefix);
            base.resolve(prefix);
        });
    }
}

TEST(Url, what_was_read_once_reads_the_same_again)
{
    for (const auto* text : {"http://H:81/a b?c[]=|", "https://[::FFFF:1.2.3.4]/%", "http://h?%zz",
                             "http://h//..//"}) {
        const auto once = Url::parse(text);
        ASSERT_TRUE(once) << text;
        EXPECT_EQ(Url::parse(once->to_text()), once) << text;
    }
}

}  // namespace
}  // namespace pivot::http
