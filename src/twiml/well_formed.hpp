// What XML forbids and pugixml lets through (XML 1.0, fifth edition).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::twiml {

struct Flaw {
    std::size_t at = 0;   // bytes from the start of the document
    std::string message;  // what is wrong, and what to do
};

// Looks through a document in UTF-8 once, at most `depth_max` elements deep and with at most
// `attributes_max` in one. That tags match is for the parser to see.
std::optional<Flaw> find_flaw(std::string_view document, std::size_t depth_max,
                              std::size_t attributes_max);

}  // namespace pivot::twiml
