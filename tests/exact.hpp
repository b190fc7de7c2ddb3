// Input for parsers in heap blocks of its exact size, so that ASan sees every byte read beyond it.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace pivot {

// Calls `parse` with every prefix of `text`, the empty and the whole one included.
template <typename Parse>
void for_each_prefix(std::string_view text, Parse parse)
{
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const auto block = std::make_unique<char[]>(size);
        std::memcpy(block.get(), text.data(), size);
        parse(std::string_view(block.get(), size));
    }
}

}  // namespace pivot
