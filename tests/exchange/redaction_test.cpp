#include "exchange/redaction.hpp"

#include "exact.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot {
namespace {

std::string repeat(std::string_view part, std::size_t size)
{
    std::string text;
    while (text.size() < size) text += part;
    return text;
}

std::int64_t cpu_ns()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::int64_t cpu_ns_of_redacting(std::string_view text)
{
    const auto began = cpu_ns();
    EXPECT_FALSE(exchange::redact(text).empty());
    return cpu_ns() - began;
}

TEST(Redaction, what_is_not_a_secret_stays)
{
    for (const auto* text : {"",
                             "/",
                             "//",
                             "https://hooks.example.com/ivr?a=1#b@c",
                             "a@b.example",
                             "https://[2001:db8::7]:8443/p@q",
                             "mailto:ann@example.com",
                             "<Redirect>https://h</Redirect> ann@example.com",
                             "https://h?mail=a@b",
                             R"({"url":"https://h","mail":"a@b"})",
                             R"({"url":"https:\/\/h\/p","mail":"a@b"})",
                             "Url=https%3A%2F%2Fh%2Fp&Mail=a%40b",
                             "Url=https%3A%2F%2Fh&Mail=a%40b",
                             "Url=https%3A%2F%2Fh+a%40b",
                             "sip:ann@example.com",
                             "sip:example.com:5060;transport=tcp",
                             "SecurityCodes=1&MySecurityCode=2",
                             "securityCode",
                             "the password: is long",
                             "https://h/a//b",
                             "https://h/r/a1/0a1b.1796600000.wav",
                             "https://h/app.2.0123456789abcdef0123456789abcdef.js",
                             "\\",
                             "&#",
                             "&#x;",
                             "%",
                             "%2",
                             "\\u00"}) {
        EXPECT_EQ(exchange::redact(text), text);
    }
}

TEST(Redaction, credentials_in_a_url_are_hidden)
{
    EXPECT_EQ(exchange::redact("https://ann:secret@h/p"), "https://[redacted]@h/p");
    EXPECT_EQ(exchange::redact("https://token@h"), "https://[redacted]@h");
    EXPECT_EQ(exchange::redact("HTTP://ann:s@cr@t@h:80/"), "HTTP://[redacted]@h:80/");
    EXPECT_EQ(exchange::redact("http://ann:p%2Fw%40@h/"), "http://[redacted]@h/");
    EXPECT_EQ(exchange::redact("http://ann:it's!$&()*+,;=@h/"), "http://[redacted]@h/");
    EXPECT_EQ(exchange::redact("http://ann:s\\cret@h/"), "http://[redacted]@h/");
    EXPECT_EQ(exchange::redact("//ann:secret@h/p"), "//[redacted]@h/p");
    EXPECT_EQ(exchange::redact("https:////ann:secret@h/p"), "https:////[redacted]@h/p");
    EXPECT_EQ(exchange::redact("https://ann:secret@[2001:db8::7]:81/"),
              "https://[redacted]@[2001:db8::7]:81/");
    EXPECT_EQ(exchange::redact("https://ann:secret@h?x=https://bob:secret@i#c"),
              "https://[redacted]@h?x=https://[redacted]@i#c");
    EXPECT_EQ(exchange::redact("a https://a:b@c, http://d:e@f. g"),
              "a https://[redacted]@c, http://[redacted]@f. g");
}

TEST(Redaction, credentials_are_hidden_in_xml)
{
    EXPECT_EQ(exchange::redact("<Redirect>https://ann:secret@h/p?a=1&amp;b=2</Redirect>"),
              "<Redirect>https://[redacted]@h/p?a=1&amp;b=2</Redirect>");
    EXPECT_EQ(exchange::redact("<Play loop='2'>http://ann:secret@h</Play>"),
              "<Play loop='2'>http://[redacted]@h</Play>");
    EXPECT_EQ(exchange::redact("<Gather action=\"//ann:secret@h\" a=\"b@c\"/>"),
              "<Gather action=\"//[redacted]@h\" a=\"b@c\"/>");
    EXPECT_EQ(exchange::redact("http:&#47;&#x2F;ann:secret&#64;h&#x2f;"),
              "http:&#47;&#x2F;[redacted]&#64;h&#x2f;");
}

TEST(Redaction, credentials_are_hidden_in_json)
{
    EXPECT_EQ(exchange::redact(R"({"voice_url":"https://ann:secret@h/p","a":"b@c"})"),
              R"({"voice_url":"https://[redacted]@h/p","a":"b@c"})");
    EXPECT_EQ(exchange::redact(R"({"url":"https:\/\/ann:sec\/ret@h\/p"})"),
              R"({"url":"https:\/\/ann:sec\/ret@h\/p"})")
        << "a slash ends the authority, however it is spelled";
    EXPECT_EQ(exchange::redact(R"("https:\/\/ann:secret@h\/p")"), R"("https:\/\/[redacted]@h\/p")");
    EXPECT_EQ(exchange::redact(R"("https:\u002f\u002Fann:secret\u0040h")"),
              R"("https:\u002f\u002F[redacted]\u0040h")");
    EXPECT_EQ(exchange::redact(R"("<Play a=\"https://ann:secret@h\"/>\nb@c")"),
              R"("<Play a=\"https://[redacted]@h\"/>\nb@c")");
}

TEST(Redaction, credentials_are_hidden_in_a_form)
{
    EXPECT_EQ(exchange::redact("A=1&RecordingUrl=https%3A%2F%2Fann%3Asecret%40h%2Fp%40q&B=2"),
              "A=1&RecordingUrl=https%3A%2F%2F[redacted]%40h%2Fp%40q&B=2");
    EXPECT_EQ(exchange::redact("Url=http%3a%2f%2fann%3as%2540cret%40h"),
              "Url=http%3a%2f%2f[redacted]%40h");
    EXPECT_EQ(exchange::redact("Url=%2F%2Fann:secret@h&Mail=a@b"),
              "Url=%2F%2F[redacted]@h&Mail=a@b");
}

TEST(Redaction, the_password_of_a_sip_uri_is_hidden)
{
    EXPECT_EQ(exchange::redact("<Sip>sip:ann:secret@example.com;transport=tls</Sip>"),
              "<Sip>sip:ann:[redacted]@example.com;transport=tls</Sip>");
    EXPECT_EQ(exchange::redact("SIPS:ann:secret@h"), "SIPS:ann:[redacted]@h");
    EXPECT_EQ(exchange::redact("To=sip%3Aann%3Asecret%40h"), "To=sip%3Aann%3A[redacted]%40h");
}

TEST(Redaction, what_a_caller_pays_with_is_hidden)
{
    EXPECT_EQ(exchange::redact("Result=success&PaymentCardNumber=xxxx-1111&SecurityCode=123&"
                               "ExpirationDate=1225&PaymentCardPostalCode=94105&PaymentToken=tok_1&"
                               "BankAccountNumber=1&BankRoutingNumber=2"),
              "Result=success&PaymentCardNumber=[redacted]&SecurityCode=[redacted]&"
              "ExpirationDate=[redacted]&PaymentCardPostalCode=[redacted]&"
              "PaymentToken=[redacted]&BankAccountNumber=[redacted]&BankRoutingNumber=[redacted]");
    EXPECT_EQ(exchange::redact("https://h/pay?SecurityCode=123#x"),
              "https://h/pay?SecurityCode=[redacted]#x");
    EXPECT_EQ(exchange::redact("Pay[SecurityCode]=123&SecurityCode=&a=1"),
              "Pay[SecurityCode]=[redacted]&SecurityCode=&a=1");
    EXPECT_EQ(exchange::redact(R"({"SecurityCode":"12\"3","PaymentCardNumber" : 4111, "a":1})"),
              R"({"SecurityCode":"[redacted]","PaymentCardNumber" : [redacted], "a":1})");
    EXPECT_EQ(exchange::redact(R"("{\"SecurityCode\":\"123\",\"a\":1}")"),
              R"("{\"SecurityCode\":\"[redacted]\",\"a\":1}")");
    EXPECT_EQ(exchange::redact("securitycode=123"), "securitycode=[redacted]");
}

TEST(Redaction, the_password_of_a_noun_is_hidden)
{
    EXPECT_EQ(exchange::redact("<Sip username=\"ann\" password=\"se'cret\">sip:b@c</Sip>"),
              "<Sip username=\"ann\" password=\"[redacted]\">sip:b@c</Sip>");
    EXPECT_EQ(exchange::redact("<Sip password = 'secret'/>"), "<Sip password = '[redacted]'/>");
}

TEST(Redaction, the_signature_of_a_link_to_a_recording_is_hidden)
{
    const std::string mac = "0123456789abcdef0123456789abcdef";
    for (const std::string text : {
             "https://h/r/a1/0a1b.1796600000.MAC",
             "https://h/r/a1/0a1b.1796600000.MAC.wav is missing",
             "RecordingUrl=https%3A%2F%2Fh%2Fr%2Fa1%2F0a1b.1796600000.MAC&Digits=1",
             R"({"url":"https:\/\/h\/r\/a1\/0a1b.1796600000.MAC","id":"0a1b"})",
             "<Play>https://h/r/-/0a1b.1796600000.MAC.mp3</Play>0a1b.1796600000.MAC",
         }) {
        std::string given = text;
        std::string expected = text;
        for (auto at = given.find("MAC"); at != given.npos; at = given.find("MAC")) {
            given.replace(at, 3, mac);
            expected.replace(expected.find("MAC"), 3, exchange::redacted);
        }
        EXPECT_EQ(exchange::redact(given), expected);
    }
}

TEST(Redaction, a_secret_that_was_cut_is_hidden)
{
    EXPECT_EQ(exchange::redact("a https://ann:sec", true), "a https://[redacted]");
    EXPECT_EQ(exchange::redact("a https://ann:s@cr", true), "a https://[redacted]");
    EXPECT_EQ(exchange::redact("Url=https%3A%2F%2Fann%3As%4", true),
              "Url=https%3A%2F%2F[redacted]");
    EXPECT_EQ(exchange::redact("sip:ann:sec", true), "sip:ann:[redacted]");
    EXPECT_EQ(exchange::redact("SecurityCode=1", true), "SecurityCode=[redacted]");
    EXPECT_EQ(exchange::redact("{\"SecurityCode\":\"1\\", true), "{\"SecurityCode\":\"[redacted]");
    EXPECT_EQ(exchange::redact("/r/a1/0a1b.1796600000.0123", true),
              "/r/a1/0a1b.1796600000.[redacted]");
    EXPECT_EQ(exchange::redact("https://h/ivr", true), "https://h/ivr");
}

TEST(Redaction, no_part_of_a_secret_survives_a_cut_anywhere)
{
    const std::string_view text =
        R"({"a":"https://ann:777@h","b":"https:\/\/ann:777@h","c":"https%3A%2F%2Fx%3A777%40h",)"
        R"("d":"sip:ann:777@h","SecurityCode":"777","password":"777","e":"PaymentToken=777&"})";
    for_each_prefix(text, [](std::string_view prefix) {
        EXPECT_EQ(exchange::redact(prefix, true).find('7'), std::string::npos)
            << exchange::redact(prefix, true);
    });
}

// Sixteen times the bytes: a search that begins anew at each of them takes 256 times as long.
TEST(Redaction, takes_time_in_proportion_to_the_text)
{
    constexpr std::int64_t factor_max = 64;
    constexpr std::size_t size = 4'096;
    for (const auto* part :
         {"/",         "\\/",          "&#x2f;", "%2F", "\\u002f", "sip:",   "sips:",
          "sip:a@",    "sip:a:",       "SIP%3a", "//a", "//@",     "//a:b@", "password\\\"",
          "password=", "password'",    "'",      "\\",  "&#",      "%",      ".",
          ".1",        ".1796600000.a"}) {
        for (const auto* end : {"", "@", ":x@h"}) {
            const auto once = cpu_ns_of_redacting(repeat(part, size) + end);
            const auto often = cpu_ns_of_redacting(repeat(part, 16 * size) + end);
            EXPECT_LT(often, factor_max * std::max<std::int64_t>(once, 1'000'000)) << part << end;
        }
    }
}

TEST(Redaction, a_run_of_slashes_or_schemes_hides_no_secret)
{
    EXPECT_EQ(exchange::redact("/////ann:secret@h ////// //bob:secret@h"),
              "/////[redacted]@h ////// //[redacted]@h");
    EXPECT_EQ(exchange::redact("///@h //ann:secret@h"), "///@h //[redacted]@h");
    EXPECT_EQ(exchange::redact("sip:sips:sip:\" sip:ann:secret@h"),
              "sip:sips:sip:\" sip:ann:[redacted]@h");
    EXPECT_EQ(exchange::redact("sip:a //ann:secret@h sip:b:secret@h"),
              "sip:a //[redacted]@h sip:b:[redacted]@h");
    EXPECT_EQ(exchange::redact("//sip:ann:pass/word@h"), "//[redacted]@h");
}

TEST(Redaction, headers_that_carry_secrets_are_hidden)
{
    for (const auto* name : {"Authorization", "authorization", "Proxy-Authorization",
                             "X-Twilio-Signature", "X-Pivot-Signature", "x-pivot-signature"}) {
        EXPECT_EQ(exchange::redact_header(name, "Basic YW5uOnNlY3JldA=="), "[redacted]") << name;
    }
    EXPECT_EQ(exchange::redact_header("Content-Type", "text/xml; charset=utf-8"),
              "text/xml; charset=utf-8");
}

TEST(Redaction, headers_whose_names_say_that_they_are_secret_are_hidden)
{
    for (const auto* name : {"X-Auth-Token", "x-shared-secret", "X-Api-Key", "X-ApiKey", "X-Key",
                             "X-Acme-Password", "X-Private-Key", "X-Auth", "X-Credentials"}) {
        EXPECT_EQ(exchange::redact_header(name, "4711"), "[redacted]") << name;
    }
    for (const auto* name : {"X-Tenant", "Idempotency-Key", "I-Twilio-Idempotency-Token",
                             "Sec-WebSocket-Key", "X-Author", "Keep-Alive", "WWW-Authenticate"}) {
        EXPECT_EQ(exchange::redact_header(name, "4711"), "4711") << name;
    }
}

TEST(Redaction, of_cookies_the_names_stay)
{
    EXPECT_EQ(exchange::redact_header("Cookie", "SID=31d4; lang=en=US; odd"),
              "SID=[redacted]; lang=[redacted];[redacted]");
    EXPECT_EQ(exchange::redact_header("cookie", "SID"), "[redacted]");
    EXPECT_EQ(exchange::redact_header("Cookie", ""), "");
    EXPECT_EQ(
        exchange::redact_header("Set-Cookie", "SID=\"31;d4\"; Path=/; HttpOnly; Max-Age=10; x=y"),
        "SID=[redacted];[redacted]; Path=/; HttpOnly; Max-Age=10;[redacted]");
    EXPECT_EQ(exchange::redact_header("SET-COOKIE", "31d4"), "[redacted]");
}

TEST(Redaction, urls_in_headers_lose_their_credentials)
{
    EXPECT_EQ(exchange::redact_header("Location", "//ann:secret@h/p"), "//[redacted]@h/p");
    EXPECT_EQ(exchange::redact_header("Referer", "https://ann:secret@h/?SecurityCode=1"),
              "https://[redacted]@h/?SecurityCode=[redacted]");
    EXPECT_EQ(exchange::redact_header("Link", "<https://ann:secret@h/>; rel=next"),
              "<https://[redacted]@h/>; rel=next");
}

}  // namespace
}  // namespace pivot
