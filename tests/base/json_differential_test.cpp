// The JSON reader against simdjson's DOM: the same verdict and the same values for generated texts,
// whole and damaged. Only numbers that the DOM cannot hold are left out.
#include "base/json.hpp"

#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

namespace pivot::json {
namespace {

namespace dom = simdjson::dom;

class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::string text()
    {
        std::string out;
        value(out, 0);
        return out;
    }

    // Up to three bytes are inserted, removed or replaced.
    std::string damaged(std::string text)
    {
        static constexpr std::string_view bytes =
            "{}[]\",:\\/u0019-.eEtrfalsn \n\x01\x7F\xC3\xA4\xED";
        for (std::size_t count = below(3) + 1; count > 0 && !text.empty(); --count) {
            const std::size_t at = below(text.size());
            const std::size_t kind = below(3);
            if (kind == 0) text.insert(at, 1, one_of(bytes));
            if (kind == 1) text.erase(at, 1);
            if (kind == 2) text[at] = one_of(bytes);
        }
        return text;
    }

private:
    std::size_t below(std::size_t count) { return random_() % count; }
    char one_of(std::string_view bytes) { return bytes[below(bytes.size())]; }

    std::string_view one_of(const std::vector<std::string_view>& texts)
    {
        return texts[below(texts.size())];
    }

    void space(std::string& out)
    {
        if (below(4) == 0) out += one_of(" \t\r\n");
    }

    void value(std::string& out, int depth)
    {
        static const std::vector<std::string_view> words = {"null",
                                                            "true",
                                                            "false",
                                                            "0",
                                                            "-0",
                                                            "7",
                                                            "-12",
                                                            "1.50",
                                                            "2e3",
                                                            "1E-2",
                                                            "-0.0",
                                                            "1e400",
                                                            "123456",
                                                            "9.0e0",
                                                            "18446744073709551615",
                                                            "123456789012345678901234567890"};
        space(out);
        const std::size_t kind = below(depth < 5 ? 6 : 3);
        if (kind < 2) out += one_of(words);
        if (kind == 2) string(out);
        if (kind == 3 || kind == 4) container(out, depth, '{', '}');
        if (kind == 5) container(out, depth, '[', ']');
        space(out);
    }

    void container(std::string& out, int depth, char opening, char closing)
    {
        out += opening;
        space(out);
        for (std::size_t count = below(5); count > 0; --count) {
            if (opening == '{') {
                string(out);
                space(out);
                out += ':';
            }
            value(out, depth + 1);
            if (count > 1) out += ',';
        }
        out += closing;
    }

    // Few of them, so that objects have names twice.
    void string(std::string& out)
    {
        static const std::vector<std::string_view> parts = {"a",
                                                            "b",
                                                            "",
                                                            "data",
                                                            "caller_id_name",
                                                            "\\n",
                                                            "\\/",
                                                            "\\\"",
                                                            "\\u0041",
                                                            "\\ud83d\\ude00",
                                                            "\\\\",
                                                            "\xC3\xA4",
                                                            "\xF0\x9F\x98\x80",
                                                            "\\u00e9"};
        out += '"';
        for (std::size_t count = below(3); count > 0; --count) out += one_of(parts);
        out += '"';
    }

    std::minstd_rand random_;
};

bool is_same(Value ours, dom::element theirs);

// Ours shows the last of several equal names.
bool is_same_object(Value ours, dom::object theirs)
{
    std::vector<std::pair<std::string_view, dom::element>> members;
    for (const auto field : theirs) {
        std::erase_if(members, [&](const auto& member) { return member.first == field.key; });
        members.emplace_back(field.key, field.value);
    }
    auto member = members.begin();
    for (const auto [name, value] : ours.members()) {
        if (member == members.end() || member->first != name) return false;
        if (!is_same(value, member->second)) return false;
        ++member;
    }
    return member == members.end();
}

bool is_same_array(Value ours, dom::array theirs)
{
    auto element = theirs.begin();
    for (const Value value : ours.elements()) {
        if (element == theirs.end() || !is_same(value, *element)) return false;
        ++element;
    }
    return !(element != theirs.end());
}

bool is_same(Value ours, dom::element theirs)
{
    switch (theirs.type()) {
        case dom::element_type::NULL_VALUE: return ours.kind() == Kind::null;
        case dom::element_type::BOOL:
            return ours.kind() == Kind::boolean && ours.is_true() == bool(theirs);
        case dom::element_type::STRING:
            return ours.is_string() && ours.text() == std::string_view(theirs);
        case dom::element_type::INT64: return ours.integer() == std::int64_t(theirs);
        case dom::element_type::UINT64:
            return ours.kind() == Kind::integer &&
                   ours.text() == std::to_string(std::uint64_t(theirs));
        case dom::element_type::DOUBLE:
            return ours.kind() == Kind::decimal &&
                   std::strtod(std::string(ours.text()).c_str(), nullptr) == double(theirs);
        case dom::element_type::OBJECT: return ours.is_object() && is_same_object(ours, theirs);
        case dom::element_type::ARRAY: return ours.is_array() && is_same_array(ours, theirs);
        default: return false;
    }
}

TEST(Json, a_text_means_the_same_as_to_simdjson)
{
    Generator generator(20261129);
    Document document;
    dom::parser parser;
    int valid = 0;
    int invalid = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = generator.text();
        if (round % 2 == 1) text = generator.damaged(std::move(text));
        dom::element theirs;
        const auto error = parser.parse(text).get(theirs);
        if (error == simdjson::NUMBER_ERROR) continue;
        const auto ours = document.read(text);
        ASSERT_EQ(ours.has_value(), error == simdjson::SUCCESS) << text << '\n' << error;
        ++(ours ? valid : invalid);
        if (ours) {
            ASSERT_TRUE(is_same(*ours, theirs)) << text;
        }
    }
    EXPECT_GT(valid, 5'000);
    EXPECT_GT(invalid, 3'000);
}

}  // namespace
}  // namespace pivot::json
