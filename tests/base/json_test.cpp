#include "base/json.hpp"

#include "exact.hpp"

#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

namespace pivot::json {
namespace {

// Compact text of what was read, or the message of the failure.
std::string reread(std::string_view text)
{
    Document document;
    const auto value = document.read(text);
    if (!value) return value.error().message;
    std::string out;
    append_value(out, *value);
    return out;
}

bool is_json(std::string_view text)
{
    return Document().read(text).has_value();
}

const char* const documents[] = {
    R"({"module":"play","data":{"id":"x","n":-1.50e+2},"children":{"_":{"module":"hangup"}}})",
    R"([ {"a" : [ [ ] , { } , null , true , false ] } , "\u00e4\n\"\\\/" , 0 , -0.0 ])",
    "  {\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\" : \"\\ud83d\\ude00\"}\r\n\t",
    "\"lonely\"",
    "\xEF\xBB\xBF[true,\"\"]",
};

TEST(Json, a_value_comes_out_as_it_came_in_without_white_space)
{
    EXPECT_EQ(reread(R"( { "b" : [ 1 , { } , [ ] ] , "a" : { "c" : null } } )"),
              R"({"b":[1,{},[]],"a":{"c":null}})");
    EXPECT_EQ(reread("[[[[]],[[]]],{\"a\":{\"b\":{}}},1]"), "[[[[]],[[]]],{\"a\":{\"b\":{}}},1]");
    EXPECT_EQ(reread(" true\n"), "true");
    EXPECT_EQ(reread(R"("a")"), R"("a")");
    EXPECT_EQ(reread("{}"), "{}");
}

TEST(Json, a_part_of_a_document_is_written_alone)
{
    Document document;
    const auto root = document.read(R"({"a":{"b":[1,{"c":2}]},"d":3})");
    ASSERT_TRUE(root);
    std::string out;
    append_value(out, *root->find("a"));
    append_value(out, *root->find("a")->find("b"));
    append_value(out, *root->find("d"));
    EXPECT_EQ(out, R"({"b":[1,{"c":2}]}[1,{"c":2}]3)");
}

TEST(Json, numbers_keep_their_spelling_whatever_their_size)
{
    const std::string_view text =
        "[0,-0,20,20.0,2e1,1E+400,1e-999,12345678901234567890123,0.10,-0.5e-07]";
    EXPECT_EQ(reread(text), text);
}

TEST(Json, an_integer_is_written_without_fraction_and_exponent)
{
    Document document;
    const auto root =
        document.read("[20,-0,9223372036854775807,9223372036854775808,20.0,1e3,\"7\"]");
    ASSERT_TRUE(root);
    std::vector<std::optional<std::int64_t>> integers;
    for (const Value value : root->elements()) integers.push_back(value.integer());
    EXPECT_EQ(integers, (std::vector<std::optional<std::int64_t>>{
                            20, 0, 9223372036854775807, {}, {}, {}, {}}));
    EXPECT_EQ(document.read("9223372036854775808")->kind(), Kind::integer);
}

TEST(Json, what_only_resembles_a_number_is_refused)
{
    for (const char* const text : {"01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "1a", "--1",
                                   "1.e1", "NaN", "Infinity", "-01", "1_0", "1.5.5"}) {
        EXPECT_FALSE(is_json(text)) << text;
        EXPECT_FALSE(is_json(std::string("[") + text + "]")) << text;
    }
}

TEST(Json, what_only_resembles_a_literal_is_refused)
{
    for (const char* const text :
         {"nul", "nulll", "truex", "tru", "True", "falsee", "tru e", "'a'"}) {
        EXPECT_FALSE(is_json(text)) << text;
        EXPECT_FALSE(is_json(std::string("{\"a\":") + text + "}")) << text;
    }
}

TEST(Json, escapes_are_undone_in_strings_and_names)
{
    Document document;
    const auto root = document.read(R"({"\u0061\/\"":"\b\f\n\r\t\\\u0000\ud83d\ude00"})");
    ASSERT_TRUE(root);
    const auto value = root->find("a/\"");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->text(), std::string_view("\b\f\n\r\t\\\0\xF0\x9F\x98\x80", 11));
    std::string out;
    append_value(out, *value);
    EXPECT_EQ(out, "\"\\b\\f\\n\\r\\t\\\\\\u0000\xF0\x9F\x98\x80\"");
}

TEST(Json, a_lone_surrogate_is_a_bad_escape)
{
    for (const char* const text :
         {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")", R"("\q")", R"("\u12")",
          R"("\u12G4")", R"({"\udfff":1})"}) {
        EXPECT_NE(reread(text).find("bad escape in a string"), std::string::npos) << reread(text);
    }
}

TEST(Json, a_string_without_escapes_is_a_view_of_the_text)
{
    std::string text = R"(["plain"])";
    const std::size_t size = text.size();
    text.append(64, ']');  // what follows the text does not matter
    Document document;
    const auto root = document.read_padded(std::string_view(text).substr(0, size), text.size());
    ASSERT_TRUE(root);
    EXPECT_EQ((*root->elements().begin()).text().data(), text.data() + 2);
}

// Each in a block of its exact size and the padding, which is no better than the text.
TEST(Json, a_padded_text_cut_anywhere_is_refused)
{
    Document document;
    for (const std::string_view whole : documents) {
        const std::size_t end = whole.find_last_not_of(" \t\r\n") + 1;
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            for (const char behind : {'"', '\\', '}', '0'}) {
                const std::string padded = std::string(whole.substr(0, size)) +
                                           std::string(simdjson::SIMDJSON_PADDING, behind);
                const ExactCopy block(padded);
                const auto value =
                    document.read_padded(block.text().substr(0, size), block.text().size());
                EXPECT_EQ(value.has_value(), size >= end) << padded;
                std::string out;
                if (value) append_value(out, *value);
                EXPECT_EQ(out, value ? reread(whole) : "");
            }
        }
    }
}

TEST(Json, what_is_after_a_padded_text_is_not_part_of_it)
{
    for (const std::string_view text :
         {"[[1]", "[[[[1]", "[1", "{\"a\":{\"b\":1}", "[\"a", "tru", "[tru", "-"}) {
        for (const char behind : {']', '}', ',', '"', 'e', '1', ' ', '\0', ':', '[', '\xff'}) {
            std::string padded(text);
            padded.append(128, behind);
            Document document;
            EXPECT_FALSE(document.read_padded(std::string_view(padded).substr(0, text.size()),
                                              padded.size()))
                << text << behind;
        }
    }
}

TEST(Json, a_text_with_too_little_after_it_is_copied)
{
    const std::string_view text = "[1]";
    Document document;
    const auto root = document.read_padded(text, text.size());
    ASSERT_TRUE(root);
    EXPECT_NE((*root->elements().begin()).text().data(), text.data() + 1);
}

TEST(Json, failures_say_where)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "not JSON: the text is empty"},
        {" \n ", "not JSON: the text is empty"},
        {"\xEF\xBB\xBF", "not JSON: the text is empty"},
        {"{\n  \"a\": 1,\n}", "not JSON: line 3, column 1: unexpected }"},
        {"[1 2]", "not JSON: line 1, column 4: unexpected 2"},
        {"[,1]", "not JSON: line 1, column 2: unexpected ,"},
        {"{a:1}", "not JSON: line 1, column 2: unexpected a"},
        {"{\"a\" 1}", "not JSON: line 1, column 6: unexpected 1"},
        {"{\"a\":}", "not JSON: line 1, column 6: unexpected }"},
        {"[\n01]", "not JSON: line 2, column 1: not a number"},
        {"[[1]", "not JSON: line 1, column 5: unexpected end"},
        {"[1", "not JSON: line 1, column 3: the closing bracket is missing"},
        {"[1]]", "not JSON: line 1, column 4: unexpected text after the JSON"},
        {"{} {}", "not JSON: line 1, column 4: unexpected text after the JSON"},
        {"1 2", "not JSON: line 1, column 3: unexpected text after the JSON"},
        {"[\"a\nb\"]", "not JSON: line 1, column 4: control character in a string"},
        {"[\"a]", "not JSON: line 1, column 2: a string without a closing quote"},
        {"[\n\"\xFF\"]", "not JSON: line 2, column 2: not UTF-8"},
    };
    for (const auto& [text, message] : cases) EXPECT_EQ(reread(text), message) << text;

    const auto failure = Document().read("x").error();
    EXPECT_EQ(failure.reason, Reason::invalid_json);
    EXPECT_EQ(failure.phase, Phase::parse);
}

TEST(Json, between_values_there_is_what_belongs_there)
{
    for (const char* const text : {R"({"a":"b":1})",
                                   R"({"a","b"})",
                                   R"({"a":1 "b":2})",
                                   R"({"a":1:2})",
                                   R"(["a" "b"])",
                                   R"(["a""b"])",
                                   R"(["a"b])",
                                   R"([1"a"])",
                                   R"([a"b"])",
                                   "[1:2]",
                                   "[1,,2]",
                                   "[1,]",
                                   "[,]",
                                   R"({"a":1,})",
                                   R"({1:2})",
                                   R"({"a":[1}])",
                                   "[}",
                                   "{]",
                                   "{]}",
                                   "[{]}",
                                   R"([\])",
                                   R"(["a"\])",
                                   R"({"a"\:1})"}) {
        EXPECT_FALSE(is_json(text)) << text;
    }
}

TEST(Json, what_is_not_utf_8_is_refused)
{
    for (const char* const text : {"\"\x80\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"",
                                   "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "\"a\" \xFF"}) {
        EXPECT_FALSE(is_json(text)) << text;
    }
}

TEST(Json, a_byte_order_mark_is_skipped_once_and_only_in_front)
{
    EXPECT_EQ(reread("\xEF\xBB\xBF{}"), "{}");
    EXPECT_FALSE(is_json("\xEF\xBB\xBF\xEF\xBB\xBF{}"));
    EXPECT_FALSE(is_json("{}\xEF\xBB\xBF"));
}

TEST(Json, the_depth_has_a_limit)
{
    Document document(3);
    EXPECT_TRUE(document.read("[[{}]]"));
    EXPECT_TRUE(document.read("[[{\"a\":1}],[[1]],[[]]]"));
    const auto deep = document.read("[[{\"a\":[]}]]");
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().message,
              "not JSON: line 1, column 8: too deep: more than 3 nested arrays and objects");
    EXPECT_FALSE(is_json(std::string(1 << 20, '[')));
    EXPECT_FALSE(is_json(std::string(1 << 20, '[') + std::string(1 << 20, ']')));

    const std::string deepest = std::string(1024, '[') + std::string(1024, ']');
    EXPECT_EQ(reread(deepest), deepest);
}

TEST(Json, of_members_with_one_name_there_is_only_the_last)
{
    const char* const text = R"({"a":1,"b":{"a":5,"\u0061":[6]},"a":{"c":[]},"c":0,"a":2})";
    EXPECT_EQ(reread(text), R"({"b":{"a":[6]},"c":0,"a":2})");
    Document document;
    const auto root = document.read(text);
    ASSERT_TRUE(root);
    EXPECT_EQ(root->find("a")->text(), "2");
    EXPECT_TRUE(root->find("b")->find("a")->is_array());
    EXPECT_FALSE(root->find("d"));
    EXPECT_FALSE(root->find("a")->find("a"));

    std::string wide = "{";
    std::string unique = "{";
    for (int i = 0; i < 1000; ++i) wide += fmt::format("\"k{}\":{},", i % 100, i);
    for (int i = 900; i < 1000; ++i) unique += fmt::format("\"k{}\":{},", i % 100, i);
    EXPECT_EQ(reread(wide + "\"z\":0}"), unique + "\"z\":0}");
}

TEST(Json, names_of_any_size_are_told_apart)
{
    for (std::size_t size = 0; size <= 40; ++size) {
        const std::string name(size, 'n');
        std::string all = fmt::format("{{\"{}\":0,", name);
        std::string last = "{";
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = name;
            other[at] = 'm';
            all += fmt::format("\"{}\":{},", other, at);
            last += fmt::format("\"{}\":{},", other, at);
        }
        const std::string end = fmt::format("\"{}\":1}}", name);
        EXPECT_EQ(reread(all + end), last + end);
    }
}

TEST(Json, a_string_is_unescaped_wherever_its_escape_is)
{
    const std::pair<std::string_view, std::string_view> escapes[] = {
        {"\\n", "\n"}, {"\\u00e4", "\xC3\xA4"}, {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"}};
    Document document;
    for (std::size_t size = 0; size <= 40; ++size) {
        for (std::size_t at = 0; at <= size; ++at) {
            for (const auto& [escape, text] : escapes) {
                std::string escaped(size, 'x');
                std::string unescaped = escaped;
                escaped.insert(at, escape);
                unescaped.insert(at, text);
                const auto root = document.read(fmt::format(R"([0,"{}","plain"])", escaped));
                ASSERT_TRUE(root);
                const auto element = ++root->elements().begin();
                EXPECT_EQ((*element).text(), unescaped);
            }
        }
    }
}

TEST(Json, members_and_elements_come_in_the_order_of_the_text)
{
    Document document;
    const auto root = document.read(R"({"z":[1,[2,3],{"x":4}],"a":"y","b":null})");
    ASSERT_TRUE(root);
    std::string seen;
    for (const auto [name, value] : root->members()) {
        seen += fmt::format("{} {}", name, describe(value.kind()));
        if (value.is_array()) {
            for (const Value element : value.elements()) append_value(seen, element);
        }
        seen += '\n';
    }
    EXPECT_EQ(seen, "z an array1[2,3]{\"x\":4}\na a string\nb null\n");
}

// Each in a block of its exact size, so that the address sanitizer sees a read beyond.
TEST(Json, a_document_cut_anywhere_is_refused)
{
    Document document;
    for (const std::string_view whole : documents) {
        std::size_t end = whole.size();
        while (whole[end - 1] == ' ' || whole[end - 1] == '\t' || whole[end - 1] == '\r' ||
               whole[end - 1] == '\n') {
            --end;
        }
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const auto block = std::make_unique<char[]>(size);
            std::memcpy(block.get(), whole.data(), size);
            EXPECT_EQ(document.read({block.get(), size}).has_value(), size >= end)
                << whole.substr(0, size);
        }
    }
}

TEST(Json, what_was_written_reads_as_the_same)
{
    for (const std::string_view text : documents) {
        const std::string once = reread(text);
        EXPECT_EQ(reread(once), once);
    }
}

TEST(Json, a_document_reads_again_after_a_failure_and_after_a_larger_text)
{
    Document document;
    EXPECT_TRUE(document.read("[" + std::string(100000, ' ') + "]"));
    EXPECT_FALSE(document.read("[1"));
    const auto root = document.read("{\"a\":1}");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->find("a")->text(), "1");
}

TEST(Json, quoting_escapes_what_must_be_and_nothing_else)
{
    std::string out;
    append_quoted(out, std::string_view("a\"\\/\x01\x1f\x7f\n\xC3\xA4\0", 11));
    EXPECT_EQ(out, "\"a\\\"\\\\/\\u0001\\u001f\x7f\\n\xC3\xA4\\u0000\"");
}

TEST(Json, quoting_finds_each_character_at_each_place)
{
    for (int c = 0; c < 0x80; ++c) {
        for (std::size_t at = 0; at < 17; ++at) {
            std::string text(17, 'x');
            text[at] = static_cast<char>(c);
            std::string out;
            append_quoted(out, text);
            Document document;
            const auto value = document.read(out);
            ASSERT_TRUE(value) << out;
            EXPECT_EQ(value->text(), text);
        }
    }
}

TEST(Json, a_pointer_escapes_tilde_and_slash)
{
    std::string pointer = "/children";
    append_pointer(pointer, "a/b~c");
    append_pointer(pointer, "");
    EXPECT_EQ(pointer, "/children/a~1b~0c/");
}

}  // namespace
}  // namespace pivot::json
