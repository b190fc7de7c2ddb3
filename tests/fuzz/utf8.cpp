// Any bytes become UTF-8 as simdjson validates it, valid UTF-8 stays unchanged, and a cut is never
// within a character.
#include "base/utf8.hpp"

#include "fuzz.hpp"

#include <simdjson.h>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const std::size_t bytes_max = input.byte();
    const std::string_view bytes = input.rest();
    const bool is_valid = simdjson::validate_utf8(bytes.data(), bytes.size());

    const std::string text = pivot::to_valid_utf8(bytes);
    require(simdjson::validate_utf8(text.data(), text.size()), "the result is valid");
    require(!is_valid || text == bytes, "valid text stays as it is");

    const std::string_view front = pivot::cut_utf8(bytes, bytes_max);
    require(front.size() <= bytes_max && bytes.starts_with(front), "a front of the text");
    require(!is_valid || simdjson::validate_utf8(front.data(), front.size()),
            "a front of valid text is valid");
    require(!is_valid || front.size() + 4 > std::min(bytes_max, bytes.size()),
            "as long as it can be");
    return 0;
}
