// XML text to a TwiML document.
//
// pugixml reads it. What pugixml lets through though XML forbids it is refused, and so is what
// nobody needs and attackers like: document types, entities, depth, odd encodings. What TwiML does
// not know, or not there, or not with that value, is skipped with a warning, and the rest is
// performed; `is_strict` refuses it.
#pragma once

#include "twiml/document.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace pivot::twiml {

struct Limits {
    std::size_t bytes_max = 1024 * 1024;  // in UTF-8
    std::size_t depth_max = 64;
    std::size_t elements_max = 10'000;
    std::size_t attributes_max = 64;  // of one element
    bool is_strict = false;
};

// Made once per reactor: it keeps its memory from document to document.
class Reader {
public:
    explicit Reader(const Limits& limits = {});
    ~Reader();

    // UTF-8 with or without a byte order mark, UTF-16 with one, or ISO-8859-1 if the document or
    // `charset`, that of its Content-Type, says so. Fails with too_large, and with invalid_twiml,
    // whose errors have `LINE:COLUMN` as their place; phase parse.
    Result<Document> read(std::string_view bytes, std::string_view charset = {});

    // The same in two steps, for a document that takes long.
    Result<void> begin(std::string_view bytes, std::string_view charset);
    Result<Document> finish();

private:
    class Parts;
    const Limits limits_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace pivot::twiml
