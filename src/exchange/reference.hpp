// URLs as documents write them: references, with fragments that are never sent.
#pragma once

#include <string>
#include <string_view>

namespace pivot::exchange {

struct SplitUrl {
    std::string_view url;
    std::string_view fragment;  // without `#`
};

SplitUrl split_fragment(std::string_view url);

// The absolute URL that `reference` means in the document at `document_url`, with its fragment;
// empty where it means no URL. A relative one keeps the document's credentials.
std::string resolve_reference(std::string_view document_url, std::string_view reference);

}  // namespace pivot::exchange
