#include "http/form.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

// The members of a JSON object as a form.
std::string form(std::string_view object)
{
    json::Document document;
    const auto value = document.read(object);
    EXPECT_TRUE(value) << object;
    FormWriter writer;
    for (const auto [name, member] : value->members()) writer.add(name, member);
    return std::string(writer.text());
}

// KAZOO's own cases (kz_http_util).
TEST(Form, objects_become_pairs_as_in_kazoo)
{
    EXPECT_EQ(form("{}"), "");
    EXPECT_EQ(form(R"({"foo":"bar","fizz":"buzz","arr":[1,3,5]})"),
              "foo=bar&fizz=buzz&arr[]=1&arr[]=3&arr[]=5");
    EXPECT_EQ(form(R"({"Msg-ID":"123-abc"})"), "Msg-ID=123-abc");
    EXPECT_EQ(form(R"({"url":"http://user:pass@host:port/"})"),
              "url=http%3A%2F%2Fuser%3Apass%40host%3Aport%2F");
    EXPECT_EQ(form(R"({"topkey":{"subkey1":"v1","subkey2":"v2","subkey3":["v31","v32"]}})"),
              "topkey[subkey1]=v1&topkey[subkey2]=v2&topkey[subkey3][]=v31&topkey[subkey3][]=v32");
    EXPECT_EQ(form(R"({"topkey":{"subkey1":"v1","subkey2":{"k3":"v3"}}})"),
              "topkey[subkey1]=v1&topkey[subkey2][k3]=v3");
    EXPECT_EQ(form(R"({"a":"foo bar","b":"foo\n","c":"wibble \r\n"})"),
              "a=foo+bar&b=foo%0A&c=wibble+%0D%0A");
    EXPECT_EQ(form(R"({"t":true,"f":[false],"n":1.5,"e":"","u":"é"})"),
              "t=true&f[]=false&n=1.5&e=&u=%C3%A9");
    EXPECT_EQ(form(R"({"User-ID":["a","b"]})"), "User-ID[]=a&User-ID[]=b");
    EXPECT_EQ(form(R"({"key":[{"x":1}]})"), "key[]=%7B%22x%22%3A1%7D");
}

TEST(Form, names_are_encoded_like_values)
{
    EXPECT_EQ(form(R"({"p":{"k y":"v","a&b=c":1,"a[b]":2,"é":{"x]":3}}})"),
              "p[k+y]=v&p[a%26b%3Dc]=1&p[a%5Bb%5D]=2&p[%C3%A9][x%5D]=3");
}

TEST(Form, what_is_empty_leaves_nothing_behind)
{
    EXPECT_EQ(form(R"({"a":{}})"), "");
    EXPECT_EQ(form(R"({"a":{},"b":1})"), "b=1");
    EXPECT_EQ(form(R"({"b":1,"a":[]})"), "b=1");
    EXPECT_EQ(form(R"({"a":1,"x":{},"y":[],"z":{"z":{}},"w":[[],{}],"b":2})"), "a=1&b=2");
}

TEST(Form, a_null_is_an_empty_value_below_the_top)
{
    EXPECT_EQ(form(R"({"f":[false,null]})"), "f[]=false&f[]=");
    EXPECT_EQ(form(R"({"f":{"a":null,"b":{"c":null}}})"), "f[a]=&f[b][c]=");
    EXPECT_EQ(form(R"({"a":null,"b":1,"c":null})"), "b=1");
}

TEST(Form, numbers_stay_as_they_are_written)
{
    EXPECT_EQ(form(R"({"a":-1,"b":1.10,"c":1e+5,"d":123456789012345678901234567890})"),
              "a=-1&b=1.10&c=1e%2B5&d=123456789012345678901234567890");
}

TEST(Form, every_byte_but_the_unreserved_is_escaped)
{
    FormWriter writer;
    writer.add("all", "AZaz09-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\x7f\xff");
    EXPECT_EQ(
        writer.text(),
        "all=AZaz09-._~+%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60"
        "%7B%7C%7D%7F%FF");
    writer.start();
    writer.add("zero", std::string_view("\0", 1));
    EXPECT_EQ(writer.text(), "zero=%00");
}

TEST(Form, pairs_are_separated_and_a_new_form_has_none_of_the_last)
{
    FormWriter writer;
    writer.add("a", "1");
    writer.add("b", "x y");
    writer.add("c", "");
    EXPECT_EQ(writer.text(), "a=1&b=x+y&c=");
    writer.start();
    EXPECT_EQ(writer.text(), "");
    writer.add("d", "2");
    EXPECT_EQ(writer.text(), "d=2");
}

TEST(Form, a_text_of_escapes_alone_finds_room)
{
    FormWriter writer;
    const std::string text(1'000, '&');
    for (int i = 0; i < 10; ++i) writer.add("n", text);
    EXPECT_EQ(writer.text().size(), 10 * (2 + 3 * text.size()) + 9);
    EXPECT_TRUE(writer.text().ends_with("%26%26"));
}

TEST(Form, depth_is_not_a_danger)
{
    std::string object;
    for (int i = 0; i < 500; ++i) object += R"({"a":)";
    object += "1" + std::string(500, '}');
    auto expected = std::string("a");
    for (int i = 1; i < 500; ++i) expected += "[a]";
    EXPECT_EQ(form(object), expected + "=1");
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Form, it_is_read_as_it_was_written)
{
    EXPECT_EQ(read_form(""), Pairs{});
    EXPECT_EQ(read_form("a=x+y&b[c]=%C3%A9%2B&b[]="),
              (Pairs{{"a", "x y"}, {"b[c]", "\xc3\xa9+"}, {"b[]", ""}}));
    EXPECT_EQ(read_form("&a&&=1&b=c=d&%41%zz=%"),
              (Pairs{{"a", ""}, {"", "1"}, {"b", "c=d"}, {"A%zz", "%"}}));
}

TEST(Form, the_end_of_the_text_is_the_end_of_the_form)
{
    for_each_prefix("a%20+b=%41%4&c", [](std::string_view prefix) { read_form(prefix); });
}

}  // namespace
}  // namespace pivot::http
