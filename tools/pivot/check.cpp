#include "pivot/check.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "callflow/flow.hpp"
#include "pivot/input.hpp"

#include <pivot/action.hpp>

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

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

std::vector<Breach> check_text(const std::string& text, const std::string& as)
{
    json::Document document;
    const auto value = document.read(text);
    if (!value) return {{"", value.error().message}};

    const bool is_bare_action =
        !value->find("module") && !value->find("flow") && value->find("voice_url");
    if (as == "action" || (as.empty() && is_bare_action)) return check_action(text);
    return check_callflow(*value);
}

}  // namespace

int check(const CheckOptions& options)
{
    int status = exit_good;
    for (const std::string& file : options.files) {
        const auto text = read_input(file);
        if (!text) return refuse("pivot check", text.error());
        if (options.as == "twiml" || (options.as.empty() && first_sign(*text) == '<')) {
            return refuse("pivot check", file + ": this version does not check TwiML");
        }
        for (const Breach& breach : check_text(*text, options.as)) {
            fmt::print("{}:{} {}\n", file, breach.at.empty() ? "" : breach.at + ":", breach.error);
            status = exit_bad;
        }
    }
    return status;
}

}  // namespace pivot::tools
