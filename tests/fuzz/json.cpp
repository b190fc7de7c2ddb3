// What counts as JSON, and its values, are what simdjson's own reader says, and it is written as
// it was read.
#include "base/json.hpp"

#include "fuzz.hpp"

#include <simdjson.h>

namespace pivot::fuzz {
namespace {

void compare(json::Value ours, simdjson::dom::element theirs);

void compare_objects(json::Value ours, simdjson::dom::object theirs)
{
    for (const auto member : ours.members()) {
        const simdjson::dom::element* last = nullptr;
        simdjson::dom::element value;
        for (const auto field : theirs) {
            if (field.key != member.name) continue;
            value = field.value;
            last = &value;
        }
        require(last != nullptr, "a member that simdjson has");
        compare(member.value, *last);
    }
    for (const auto field : theirs)
        require(ours.find(field.key).has_value(), "each member of simdjson's");
}

void compare_arrays(json::Value ours, simdjson::dom::array theirs)
{
    auto next = theirs.begin();
    for (const json::Value element : ours.elements()) {
        require(next != theirs.end(), "an element that simdjson has");
        compare(element, *next);
        ++next;
    }
    require(!(next != theirs.end()), "each element of simdjson's");
}

void compare(json::Value ours, simdjson::dom::element theirs)
{
    using Type = simdjson::dom::element_type;
    switch (theirs.type()) {
        case Type::OBJECT:
            require(ours.is_object(), "an object");
            return compare_objects(ours, theirs.get_object().value_unsafe());
        case Type::ARRAY:
            require(ours.is_array(), "an array");
            return compare_arrays(ours, theirs.get_array().value_unsafe());
        case Type::STRING:
            require(ours.is_string() && ours.text() == theirs.get_string().value_unsafe(),
                    "a string");
            return;
        case Type::INT64:
            require(ours.integer() == theirs.get_int64().value_unsafe(), "an integer");
            return;
        case Type::UINT64:
        case Type::DOUBLE:
            require(ours.kind() == json::Kind::integer || ours.kind() == json::Kind::decimal,
                    "a number");
            return;
        case Type::BOOL:
            require(ours.kind() == json::Kind::boolean &&
                        ours.is_true() == theirs.get_bool().value_unsafe(),
                    "a boolean");
            return;
        case Type::NULL_VALUE: require(ours.kind() == json::Kind::null, "a null"); return;
    }
}

// Numbers that simdjson has no type for are texts to us. The error of Debian 13's has no name in
// Debian 12's.
bool is_about_a_number(simdjson::error_code error)
{
    return error == simdjson::NUMBER_ERROR || error == simdjson::NUMBER_OUT_OF_RANGE ||
           std::string_view(simdjson::error_message(error)).starts_with("Big integer");
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot;
    using namespace pivot::fuzz;
    const std::string_view text = Input(data, size_bytes).rest();
    json::Document document;
    const auto ours = document.read(text);

    simdjson::dom::parser parser;
    simdjson::dom::element theirs;
    const std::string_view bare = text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
    const simdjson::error_code error = parser.parse(bare.data(), bare.size()).get(theirs);
    if (!is_about_a_number(error))
        require(ours.has_value() == (error == simdjson::SUCCESS), "simdjson's verdict");
    if (!ours) return 0;
    if (error == simdjson::SUCCESS) compare(*ours, theirs);

    std::string written;
    json::append_value(written, *ours);
    json::Document second;
    const auto again = second.read(written);
    require(again.has_value(), "what is written can be read");
    std::string rewritten;
    json::append_value(rewritten, *again);
    require(written == rewritten, "what is read again is written the same");
    return 0;
}
