#include "abi/boundary.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <simdjson.h>

namespace pivot::abi {

Granted<std::string_view> read(pivot_text text, std::string_view name)
{
    if (text.size == 0) return std::string_view();
    if (text.data == nullptr) {
        return refuse(PIVOT_NULL, fmt::format("{} has {} bytes at null", name, text.size));
    }
    const std::string_view bytes(text.data, text.size);
    if (!simdjson::validate_utf8(bytes)) {
        return refuse(PIVOT_BAD_UTF8, fmt::format("{} is not UTF-8", name));
    }
    return bytes;
}

void say(pivot_error* error, std::string_view sentence)
{
    if (error == nullptr) return;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    std::size_t size = std::min(sentence.size(), sizeof error->sentence - 1);
    while (size > 0 && size < sentence.size() && continues(sentence[size])) --size;
    std::memcpy(error->sentence, sentence.data(), size);
    error->sentence[size] = '\0';
}

}  // namespace pivot::abi
