#include "pivot/check.hpp"

#include "base/harmless.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "callflow/flow.hpp"
#include "pivot/input.hpp"
#include "pivot/output.hpp"
#include "twiml/reader.hpp"

#include <pivot/action.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot check";

struct Findings {
    std::vector<Breach> errors = {};
    std::vector<Breach> warnings = {};
};

// What is wrong with the text of an action, or of a node that is one.
std::vector<Breach> check_action(const std::string& text)
{
    const auto node = ActionNode::from_json(text);
    if (!node) return {{"", node.error().message}};
    if (!node->action) return node->action.error().errors;
    return {};
}

std::vector<Breach> check_callflow(json::Value value)
{
    callflow::Validator validator;
    if (value.find("flow")) return validator.check_document(value);
    std::string unused;
    auto validated = validator.validate(value, unused);
    return validated ? std::vector<Breach>() : std::move(validated.error().errors);
}

Findings check_text(const std::string& text, const std::string& as)
{
    json::Document document;
    const auto value = document.read(text);
    if (!value) return {.errors = {{"", value.error().message}}};

    const bool is_bare_action =
        !value->find("module") && !value->find("flow") && value->find("voice_url");
    if (as == "action" || (as.empty() && is_bare_action)) return {.errors = check_action(text)};
    return {.errors = check_callflow(*value)};
}

Findings check_twiml(const std::string& text, bool is_strict)
{
    const twiml::Limits limits{.is_strict = is_strict};
    auto document = twiml::Reader(limits).read(text);
    if (document) return {.warnings = twiml::breaches(document->warnings())};
    Failure& failure = document.error();
    if (failure.errors.empty()) return {.errors = {{"", std::move(failure.message)}}};
    return {.errors = std::move(failure.errors)};
}

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
    int status = exit_good;
    std::string lines;
    for (const std::string& file : options.files) {
        const auto text = read_input(file);
        if (!text) {
            status = refuse(command, text.error());
            continue;
        }
        const bool is_twiml =
            options.as == "twiml" || (options.as.empty() && first_sign(*text) == '<');
        const Findings findings =
            is_twiml ? check_twiml(*text, options.is_strict) : check_text(*text, options.as);
        append_lines(lines, file, findings.errors, "");
        append_lines(lines, file, findings.warnings, "warning: ");
        if (!findings.errors.empty()) status = std::max(status, exit_bad);
    }
    return std::max(status, print(command, lines));
}

}  // namespace pivot::tools
