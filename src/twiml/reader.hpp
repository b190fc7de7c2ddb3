// From XML text to a TwiML document.
//
// pugixml parses it. XML that pugixml accepts although it is invalid is refused, and so is what
// only attackers use: document types, entities, deep nesting, unusual encodings. Elements,
// attributes and values that are not TwiML are skipped with a warning, or refused if `is_strict`.
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

// There is one for each reactor. It keeps its memory from document to document.
class Reader {
public:
    explicit Reader(const Limits& limits = {});
    ~Reader();

    // Reads UTF-8 with or without a byte order mark, UTF-16 with one, or ISO-8859-1 if the document
    // or `charset`, from the Content-Type, says so. Fails with too_large, or with invalid_twiml,
    // whose errors have `LINE:COLUMN` as their place. The phase is parse.
    Result<Document> read(std::string_view bytes, std::string_view charset = {});

    // The same in two steps, for a document that takes a while.
    Result<void> begin(std::string_view bytes, std::string_view charset);
    Result<Document> finish();

private:
    class Parts;
    const Limits limits_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace pivot::twiml
