#include "abi/boundary.hpp"

#include "base/utf8.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::abi {

Checked<std::string_view> read(pivot_text text, std::string_view name)
{
    if (text.size == 0) return std::string_view();
    if (text.data == nullptr) {
        return refuse(PIVOT_NULL, fmt::format("{} is null, but its size is {}", name, text.size));
    }
    const std::string_view bytes(text.data, text.size);
    if (!is_valid_utf8(bytes)) {
        return refuse(PIVOT_BAD_UTF8, fmt::format("{} is not UTF-8", name));
    }
    return bytes;
}

void set_error(pivot_error* error, std::string_view sentence)
{
    if (error == nullptr) return;
    const std::string_view kept = cut_utf8(sentence, sizeof error->sentence - 1);
    *std::ranges::copy(kept, error->sentence).out = '\0';
}

}  // namespace pivot::abi
