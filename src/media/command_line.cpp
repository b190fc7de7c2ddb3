#include "media/command_line.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::media {

namespace {

// The next `{name}` of an argument, of letters and `_`; empty if there is none. `from` becomes its
// place.
std::string_view next_name(std::string_view argument, std::size_t& from)
{
    while (true) {
        from = argument.find('{', from);
        if (from == std::string_view::npos) return {};
        const std::size_t end = argument.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", from + 1);
        const bool is_name =
            end != std::string_view::npos && argument[end] == '}' && end > from + 1;
        if (is_name) return argument.substr(from + 1, end - from - 1);
        ++from;
    }
}

// Returns nothing if it is left out.
std::optional<std::string> filled_in(std::string_view argument,
                                     std::span<const Placeholder> placeholders)
{
    std::string filled;
    std::size_t copied = 0;
    std::size_t at = 0;
    for (auto name = next_name(argument, at); !name.empty(); name = next_name(argument, at)) {
        const auto known = std::ranges::find(placeholders, name, &Placeholder::name);
        const std::size_t end = at + name.size() + 2;
        if (known != placeholders.end()) {
            if (known->value.empty()) return std::nullopt;
            if (at == 0 && known->value.front() == '-') filled = " ";
            filled += argument.substr(copied, at - copied);
            filled += known->value;
            copied = end;
        }
        at = end;
    }
    return filled += argument.substr(copied);
}

}  // namespace

std::vector<std::string> filled_in(std::span<const std::string> command,
                                   std::span<const Placeholder> placeholders)
{
    std::vector<std::string> arguments;
    for (const std::string& argument : command) {
        if (auto filled = filled_in(argument, placeholders)) {
            arguments.push_back(std::move(*filled));
        }
    }
    return arguments;
}

bool mentions(std::span<const std::string> command, std::string_view name)
{
    const std::string placeholder = fmt::format("{{{}}}", name);
    return std::ranges::any_of(command, [&placeholder](const std::string& argument) {
        return argument.find(placeholder) != argument.npos;
    });
}

std::string objection_to(std::string_view argument, std::span<const std::string_view> names)
{
    std::size_t at = 0;
    for (auto name = next_name(argument, at); !name.empty(); name = next_name(argument, at)) {
        if (std::ranges::find(names, name) == names.end()) {
            return fmt::format("{{{}}} stands for nothing: there are {{{}}}", name,
                               fmt::join(names, "}, {"));
        }
        at += name.size();
    }
    return {};
}

}  // namespace pivot::media
