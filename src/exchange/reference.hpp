// References in documents.
#pragma once

#include <string>
#include <string_view>

namespace pivot::exchange {

// The absolute URL that `reference` means in the document at `document_url`, with its fragment;
// empty: none. A relative one keeps the document's credentials.
std::string resolve_reference(std::string_view document_url, std::string_view reference);

}  // namespace pivot::exchange
