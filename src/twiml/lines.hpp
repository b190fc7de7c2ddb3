// From offsets in a text to lines and columns.
#pragma once

#include "twiml/document.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::twiml {

// Knows one text at a time, which is scanned once and not needed afterwards.
class Lines {
public:
    void read(std::string_view text)
    {
        if (starts_.capacity() > kept_max) std::vector<std::uint32_t>().swap(starts_);
        starts_.clear();
        if (text.size() > kept_max) {  // growing would cost more than counting
            starts_.reserve(1 + static_cast<std::size_t>(std::ranges::count(text, '\n')));
        }
        starts_.push_back(0);
        for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
            starts_.push_back(static_cast<std::uint32_t>(at + 1));
        }
    }

    Remark place(std::size_t offset, std::string message) const
    {
        const auto next = std::ranges::upper_bound(starts_, static_cast<std::uint32_t>(offset));
        Remark remark;
        remark.line = static_cast<std::uint32_t>(next - starts_.begin());
        remark.column = static_cast<std::uint32_t>(offset) - *(next - 1) + 1;
        remark.message = std::move(message);
        return remark;
    }

private:
    // The capacity that is kept from text to text.
    static constexpr std::size_t kept_max = 16'384;

    std::vector<std::uint32_t> starts_;
};

}  // namespace pivot::twiml
