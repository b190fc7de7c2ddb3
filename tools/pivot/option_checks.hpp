// What the options of the command line accept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace pivot::tools {

// They have no description, which --help would show, because the options' own say it.
CLI::Validator number(double least, double most);
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);
CLI::Validator not_empty();

// Accepts one of a few words, which --help shows as `get|post`.
void accept_only(CLI::Option* option, const std::vector<std::string>& words);

}  // namespace pivot::tools
