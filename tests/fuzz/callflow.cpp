// A valid flow stays valid when its defaults are filled in, and is then complete.
#include "callflow/flow.hpp"
#include "fuzz.hpp"

#include <optional>

namespace pivot::fuzz {
namespace {

std::optional<std::string> validated(std::string_view text)
{
    json::Document document;
    const auto node = document.read(text);
    if (!node) return std::nullopt;
    callflow::Validator validator;
    std::string flow;
    const auto result = validator.validate(*node, flow);
    if (result) return flow;
    require(flow.empty(), "nothing is appended for an invalid flow");
    require(!result.error().errors.empty(), "an invalid flow has its errors");
    return std::nullopt;
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    const std::string_view text = Input(data, size_bytes).rest();
    if (const auto flow = validated(text)) {
        const auto again = validated(*flow);
        require(again.has_value(), "a valid flow is valid again");
        require(*again == *flow, "defaults are written in once");
    }
    pivot::json::Document document;
    if (const auto stored = document.read(text)) {
        pivot::callflow::Validator validator;
        validator.check_document(*stored);
    }
    return 0;
}
