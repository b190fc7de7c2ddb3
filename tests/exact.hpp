// Input for parsers in heap blocks of its exact size, so that ASan sees every byte read beyond it.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace pivot {

class ExactCopy {
public:
    explicit ExactCopy(std::string_view text)
        : block_(std::make_unique<char[]>(text.size())), size_bytes_(text.size())
    {
        if (!text.empty()) std::memcpy(block_.get(), text.data(), text.size());
    }

    std::string_view text() const { return {block_.get(), size_bytes_}; }

private:
    std::unique_ptr<char[]> block_;
    std::size_t size_bytes_;
};

// Calls `parse` with every prefix of `text`, the empty and the whole one included.
template <typename Parse>
void for_each_prefix(std::string_view text, Parse parse)
{
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const ExactCopy prefix(text.substr(0, size));
        parse(prefix.text());
    }
}

}  // namespace pivot
