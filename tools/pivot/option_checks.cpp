#include "pivot/option_checks.hpp"

#include <charconv>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::tools {

CLI::Validator number(double least, double most)
{
    const auto check = [least, most](const std::string& written) {
        double value = 0;
        const bool is_number = CLI::detail::lexical_cast(written, value);
        if (is_number && value >= least && value <= most) return std::string();  // `nan` is neither
        return fmt::format("{} is not a number from {} to {}", written, least, most);
    };
    return {check, ""};
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most)
{
    const auto check = [least, most](const std::string& written) {
        std::uint64_t value = 0;
        const char* const end = written.data() + written.size();
        const auto [read_to, error] = std::from_chars(written.data(), end, value);
        const bool is_number = error == std::errc() && read_to == end;
        if (is_number && value >= least && value <= most) return std::string();
        return fmt::format("{} is not a whole number from {} to {}", written, least, most);
    };
    return {check, ""};
}

CLI::Validator not_empty()
{
    const auto check = [](const std::string& written) {
        return written.empty() ? std::string("is empty") : std::string();
    };
    return {check, ""};
}

void accept_only(CLI::Option* option, const std::vector<std::string>& words)
{
    option->check(CLI::IsMember(words, CLI::ignore_case).description(""));
    option->type_name(fmt::format("{}", fmt::join(words, "|")));
}

}  // namespace pivot::tools
