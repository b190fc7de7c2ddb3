// The result of a validation, as a test sees it.
#pragma once

#include "callflow/flow.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::callflow {

inline std::string list(const std::vector<Breach>& errors)
{
    std::string out;
    for (const Breach& breach : errors) {
        if (!out.empty()) out += '\n';
        out += fmt::format("{}: {}", breach.at, breach.error);
    }
    return out;
}

// The flow with its defaults, or a line for each error, or the message of what is not JSON.
inline std::string verdict(std::string_view text, const FlowRules& rules = {})
{
    json::Document document;
    const auto node = document.read(text);
    if (!node) return node.error().message;
    Validator validator(rules);
    std::string out;
    const auto result = validator.validate(*node, out);
    return result ? out : list(result.error().errors);
}

// The same for a stored callflow; empty: valid.
inline std::string document_verdict(std::string_view text)
{
    json::Document document;
    const auto value = document.read(text);
    if (!value) return value.error().message;
    Validator validator;
    return list(validator.check_document(*value));
}

}  // namespace pivot::callflow
