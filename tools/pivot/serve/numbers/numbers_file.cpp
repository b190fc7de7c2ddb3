#include "pivot/serve/numbers/numbers_file.hpp"

#include "base/text.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

tl::expected<void, std::string> add_line(std::string_view line, Actions& actions)
{
    const std::size_t comma = line.find(',');
    if (comma == line.npos) {
        return tl::unexpected(std::string("has no comma between a number and its action"));
    }
    const std::string_view number = trim(line.substr(0, comma));
    auto added = actions.add_number(number, trim(line.substr(comma + 1)));
    if (added) return added;
    return tl::unexpected(fmt::format("\"{}\" {}", printable(number), added.error()));
}

}  // namespace

tl::expected<void, std::string> add_numbers(std::string_view text, Actions& actions)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = trim(take_until(text, '\n'), " \t\r");
        if (line.empty() || line.front() == '#') continue;
        const auto added = add_line(line, actions);
        if (!added) return tl::unexpected(fmt::format("{}: {}", number, added.error()));
    }
    return {};
}

}  // namespace pivot::tools
