#include "pivot/check/judge.hpp"

#include "base/text.hpp"
#include "callflow/flow.hpp"
#include "callflow/nodes.hpp"
#include "exchange/policy.hpp"
#include "execute/foresight.hpp"
#include "http/url.hpp"
#include "twiml/reader.hpp"

#include <pivot/action.hpp>

#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// An error of `run` about a value replaces the error of its schema.
void note(std::vector<Breach>& breaches, Breach breach)
{
    const auto known = std::ranges::find(breaches, breach.at, &Breach::at);
    if (known == breaches.end()) {
        breaches.push_back(std::move(breach));
    } else {
        known->error = std::move(breach.error);
    }
}

void note_all(std::vector<Breach>& breaches, std::vector<Breach> more)
{
    for (Breach& breach : more) note(breaches, std::move(breach));
}

}  // namespace

Findings Judge::judge(const std::string& text, std::string_view as) const
{
    const bool is_twiml = as == "twiml" || (as.empty() && first_sign(text) == '<');
    return is_twiml ? judge_twiml(text) : judge_json(text, as);
}

Findings Judge::judge_twiml(const std::string& text) const
{
    const twiml::Limits limits{.bytes_max = config_.http.body_bytes_max,
                               .is_strict = config_.twiml.is_strict};
    auto document = twiml::Reader(limits).read(text);
    if (document) {
        std::vector<twiml::Remark> remarks = document->warnings();
        for (twiml::Remark& remark : execute::foresee(*document, policy_)) {
            remarks.push_back(std::move(remark));
        }
        std::ranges::sort(remarks, {}, [](const twiml::Remark& remark) {
            return std::tie(remark.line, remark.column, remark.message);
        });
        return {.warnings = twiml::breaches(remarks)};
    }
    Failure& failure = document.error();
    if (failure.errors.empty()) return {.errors = {{"", std::move(failure.message)}}};
    return {.errors = std::move(failure.errors)};
}

Findings Judge::judge_json(const std::string& text, std::string_view as) const
{
    json::Document document(config_.callflow.depth_max);
    const auto root = document.read(text);
    if (!root) {
        const bool is_xml = first_sign(text) == '<';
        return {.errors = {{"", root.error().message + (is_xml ? "; it looks like XML" : "")}}};
    }

    Findings findings;
    const bool is_bare_action = !root->find("module") && !root->find("flow") &&
                                (root->find("voice_url") || root->find("serverless"));
    if (as == "action" || (as.empty() && is_bare_action)) {
        judge_action(text, *root, findings);
    } else if (as.empty() && root->find("flow")) {
        judge_document(*root, findings);
    } else {
        judge_answer(text, *root, findings);
    }
    return findings;
}

void Judge::judge_action(const std::string& text, json::Value root, Findings& findings) const
{
    const auto node = ActionNode::from_json(text, config_.action);
    if (!node) return note(findings.errors, {"", node.error().message});
    const auto flow = root.find("flow");
    const bool is_bare = !flow && !root.find("module");
    const auto data = is_bare ? std::optional(root) : flow.value_or(root).find("data");
    const std::string at = is_bare ? "" : flow ? "/flow/data" : "/data";
    if (data) judge_pivot(*data, at, findings);
    note_all(findings.warnings, node->warnings);
    if (!node->action) note_all(findings.errors, node->action.error().errors);
}

void Judge::judge_answer(const std::string& text, json::Value flow, Findings& findings) const
{
    if (text.size() > config_.http.body_bytes_max) {
        note(findings.errors,
             {"", fmt::format("larger than {} bytes, which is the limit of answers",
                              config_.http.body_bytes_max)});
    }
    callflow::Validator validator(exchange::flow_rules(config_, policy_));
    std::string unused;
    auto validated = validator.validate(flow, unused);
    if (!validated) note_all(findings.errors, std::move(validated.error().errors));
    note_all(findings.warnings, {validator.warnings().begin(), validator.warnings().end()});
    if (flow.find("flow") && !flow.find("module")) {
        note(findings.errors, {"/module",
                               "is required: an answer is the flow itself, not a document that "
                               "has it under \"flow\""});
    }
    judge_flow(flow, "", findings);
}

void Judge::judge_document(json::Value document, Findings& findings) const
{
    callflow::Validator validator(exchange::flow_rules(config_, policy_));
    note_all(findings.errors, validator.check_document(document));
    note_all(findings.warnings, {validator.warnings().begin(), validator.warnings().end()});
    judge_flow(*document.find("flow"), "/flow", findings);
    const json::Members members = document.members();
    const bool has_more = ++members.begin() != members.end();
    const auto module = document.find("flow")->find("module");
    const bool is_action = module && module->text() == "pivot";
    if (has_more || is_action) return;
    note(findings.warnings, {"",
                             "is read as a stored callflow; as a web server's answer, which is the "
                             "flow itself, it is refused (--as kazoo)"});
}

void Judge::judge_flow(json::Value flow, const std::string& at, Findings& findings) const
{
    callflow::visit_nodes(flow, at, [&](json::Value node, const std::string& node_at) {
        const auto module = node.find("module");
        const auto data = node.find("data");
        const bool is_pivot = module && module->is_string() && module->text() == "pivot";
        if (is_pivot && data) judge_pivot(*data, json::pointer(node_at, "data"), findings);
    });
}

// The document that an action brings along. Places in TwiML are told in words.
void Judge::judge_given(const Action& action, const std::string& at, Findings& findings) const
{
    const bool is_twiml = action.flow_type != "application/json";
    const Findings found = judge(action.flow_doc, is_twiml ? "twiml" : "kazoo");
    const auto add = [&](std::vector<Breach>& all, const std::vector<Breach>& breaches) {
        for (const auto& [place, what] : breaches) {
            if (is_twiml) {
                all.push_back({at, fmt::format("{}{}{}", place, place.empty() ? "" : ": ", what)});
            } else {
                note(all, {at + place, what});
            }
        }
    };
    add(findings.errors, found.errors);
    add(findings.warnings, found.warnings);
}

void Judge::judge_pivot(json::Value data, const std::string& at, Findings& findings) const
{
    std::string text;
    json::append_value(text, data);
    const auto action = Action::from_json(text, config_.action);
    if (!action) {
        for (const auto& [key, error] : action.error().errors) {
            note(findings.errors, {at + key, error});
        }
    }
    const bool is_given = action && !action->flow_doc.empty();
    if (is_given)
        judge_given(*action, json::pointer(json::pointer(at, "serverless"), "flow_doc"), findings);
    if (is_given && data.find("voice_url")) {
        note(findings.warnings, {json::pointer(at, "voice_url"),
                                 "is not asked: the document in \"serverless\" comes first"});
    }
    for (const std::string_view key : {"voice_url", "fallback_url", "cdr_url"}) {
        const auto value = data.find(key);
        const auto url = http::Url::parse(value ? value->text() : "");
        std::string objection = url ? exchange::objection_to(*url, policy_) : "";
        if (!objection.empty())
            note(findings.errors, {json::pointer(at, key), std::move(objection)});
    }
}

}  // namespace pivot::tools
