#include "pivot/check.hpp"

#include "base/harmless.hpp"
#include "exchange/policy.hpp"
#include "pivot/check/judge.hpp"
#include "pivot/input.hpp"
#include "pivot/output.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot check";

void append_lines(std::string& out, const std::string& file, const std::vector<Breach>& breaches,
                  std::string_view label)
{
    for (const auto& [at, error] : breaches) {
        out += harmless(fmt::format("{}:{} {}{}", file, at.empty() ? "" : at + ":", label, error));
        out += '\n';
    }
}

}  // namespace

int check(const CheckOptions& options)
{
    std::vector<std::string> inputs = options.files;
    inputs.push_back(options.engine.config_file);
    if (const auto once = check_standard_input(inputs); !once) return refuse(command, once.error());
    auto config = read_config(options.engine);
    if (!config) return refuse(command, config.error());
    auto policy = exchange::address_policy(*config);
    if (!policy) return refuse(command, policy.error());
    const Judge judge(std::move(*config), std::move(*policy));

    int status = exit_good;
    std::string lines;
    for (const std::string& file : options.files) {
        const auto text = read_input(file);
        if (!text) {
            status = refuse(command, text.error());
            continue;
        }
        const Findings findings = judge.judge(*text, options.as);
        const bool is_valid =
            findings.errors.empty() && (findings.warnings.empty() || !options.is_strict);
        append_lines(lines, file, findings.errors, "");
        append_lines(lines, file, findings.warnings, options.is_strict ? "" : "warning: ");
        if (!is_valid) status = std::max(status, exit_bad);
    }
    return std::max(status, print(command, lines));
}

}  // namespace pivot::tools
