// Finds what XML forbids but pugixml accepts, or explains badly (XML 1.0, fifth edition).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::twiml {

struct Flaw {
    std::size_t at = 0;   // offset in the document in bytes
    std::string message;  // what is wrong, and what to do
};

struct ShapeLimits {
    std::size_t depth_max;
    std::size_t elements_max;
    std::size_t attributes_max;  // of one element
};

// Scans a document in UTF-8 once.
std::optional<Flaw> find_flaw(std::string_view document, const ShapeLimits& limits);

}  // namespace pivot::twiml
