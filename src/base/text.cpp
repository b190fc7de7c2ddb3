#include "base/text.hpp"

#include "base/harmless.hpp"
#include "base/utf8.hpp"

namespace pivot {

std::string printable(std::string_view text)
{
    constexpr std::size_t bytes_max = 200;
    return harmless(cut_utf8(text, bytes_max));
}

}  // namespace pivot
