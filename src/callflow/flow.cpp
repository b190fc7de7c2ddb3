#include "callflow/flow.hpp"

#include "base/text.hpp"
#include "callflow/modules.hpp"
#include "callflow/stored_callflow.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::callflow {

namespace {

constexpr Rule module_name = string.size(1, 64);

// The key under which a module's data may contain a flow.
constexpr std::string_view inline_flow = "flow";
bool has_inline_flow(const Module& module)
{
    return module.name == "callflow";
}

// The module that was probably meant by the name of a TwiML verb or by a misspelled name; empty if
// no module is close.
std::string_view module_meant(Checker& checker, std::string_view written)
{
    static constexpr std::pair<std::string_view, std::string_view> verbs[] = {
        {"dial", "resources"},
        {"enqueue", "acdc_member"},
        {"gather", "collect_dtmf"},
        {"pause", "sleep"},
        {"record", "record_caller"},
        {"redirect", "pivot"},
        {"reject", "response"},
        {"say", "tts"},
        {"speak", "tts"},
    };
    for (const auto& [verb, module] : verbs) {
        if (equals_ignoring_case(written, verb)) return module;
    }
    std::vector<std::string_view> names;
    if (checker.rules().own_modules) names = checker.rules().own_modules->names();
    for (const Module& module : all_modules()) names.push_back(module.name);
    return checker.meant_by(written, names);
}

std::string summarize(const std::vector<Breach>& errors, std::size_t count)
{
    if (errors.empty()) return fmt::format("not a callflow: {} errors", count);
    const Breach& first = errors.front();
    const std::string_view at = first.at.empty() ? "the flow" : std::string_view(first.at);
    if (count == 1) return fmt::format("not a callflow: {} {}", at, first.error);
    return fmt::format("not a callflow: {} {} (the first of {} errors)", at, first.error, count);
}

}  // namespace

Result<void> Validator::validate(json::Value node, std::string& out)
{
    const std::size_t size_before = out.size();
    checker_.start(node, out);
    walk(node, Tree::flow);
    checker_.finish();
    const std::size_t error_count = checker_.error_count();
    if (error_count == 0) return {};

    out.resize(size_before);
    auto errors = checker_.take_errors();
    std::string message = summarize(errors, error_count);
    return fail(Reason::invalid_callflow, Phase::parse, std::move(message), std::move(errors));
}

// Not recursive, because a flow may be nested deeper than a host's stack allows.
void Validator::walk(json::Value root, Tree tree)
{
    levels_.clear();
    open_node(root, tree);
    while (!levels_.empty()) {
        Level& level = levels_.back();
        if (level.next == level.end) {
            close();
            continue;
        }
        const std::string_view name = text_of(level.next.name());
        const json::Value value = level.next.value();
        checker_.writer().add_name(level.next.name());
        checker_.path().look_at(name);
        ++level.next;
        if (level.is_node) {
            take_member_of_node(name, value, tree);
        } else if (level.is_data) {
            take_member_of_data(name, value, *level.module);
        } else {
            open_node(value, tree);
        }
    }
}

void Validator::take_member_of_node(std::string_view name, json::Value value, Tree tree)
{
    Level& level = levels_.back();
    if (is_same_name(name, "children")) {
        open_children(value);
    } else if (is_same_name(name, "data")) {
        level.has_data = true;
        check_data(value, level.module);
    } else if (is_same_name(name, "module")) {
        check_module(value, tree, level.module);
    } else {
        warn_of_key(name);
        checker_.writer().add(value);
    }
}

void Validator::check_data(json::Value data, const Module* module)
{
    if (module == nullptr) return checker_.check(data, object);
    if (!has_inline_flow(*module) || !data.is_object()) return checker_.check_data(data, *module);
    open(data);
    levels_.back().is_data = true;
    levels_.back().module = module;
}

// Only an object can be a flow, but KAZOO 4 does not know the key and accepts any value.
void Validator::take_member_of_data(std::string_view name, json::Value value, const Module& module)
{
    if (is_same_name(name, inline_flow) && value.is_object()) return open_node(value, Tree::flow);
    checker_.set_module(module.name);
    checker_.check_member(name, value, module.properties);
    checker_.set_module("");
}

// Only keys that are nearly right: KAZOO's editors keep keys of their own in a node.
void Validator::warn_of_key(std::string_view name)
{
    static constexpr std::array<std::string_view, 3> known = {"module", "data", "children"};
    const std::string_view meant = checker_.meant_by(name, known);
    if (!meant.empty()) checker_.warn_unknown(name, "a node", meant);
}

void Validator::open_node(json::Value node, Tree tree)
{
    if (!node.is_object()) return checker_.fail_kind(node, "a node, which is an object");
    open(node);
    Level& level = levels_.back();
    level.is_node = true;
    const auto module = node.find("module");
    if (!module) {
        checker_.fail_missing("module");
    } else if (module->is_string() && tree == Tree::flow) {
        level.module = find_module(module->text());
        const auto& own = checker_.rules().own_modules;
        if (level.module == nullptr && own) level.module = own->find(module->text());
    }
}

void Validator::open_children(json::Value children)
{
    if (!children.is_object()) return checker_.fail_kind(children, "an object");
    open(children);
}

void Validator::open(json::Value object)
{
    levels_.emplace_back(object.members());
    checker_.writer().open('{');
    checker_.path().open();
}

void Validator::close()
{
    const Level& level = levels_.back();
    if (level.is_node && !level.has_data) add_data(level.module);
    checker_.path().close();
    checker_.writer().close('}');
    levels_.pop_back();
}

void Validator::add_data(const Module* module)
{
    checker_.path().look_at("data");
    checker_.writer().add_name("data");
    if (module != nullptr) return checker_.check_data(std::nullopt, *module);
    checker_.writer().open('{');
    checker_.writer().close('}');
}

void Validator::check_module(json::Value module, Tree tree, const Module* known)
{
    if (known != nullptr) return checker_.writer().add_scalar(module);
    const std::size_t error_count = checker_.error_count();
    checker_.check(module, module_name);
    if (tree == Tree::metaflow || checker_.error_count() > error_count) return;
    const std::string_view meant = module_meant(checker_, module.text());
    checker_.fail(fmt::format("unknown module {}{}", quote(module.text()),
                              meant.empty() ? "" : fmt::format(": did you mean {}?", meant)));
}

std::vector<Breach> Validator::check_document(json::Value document)
{
    unused_.clear();
    checker_.start(document, unused_);
    checker_.check(document, stored_callflow);
    checker_.path().open();
    if (const auto flow = document.find("flow")) {
        checker_.path().look_at("flow");
        walk(*flow, Tree::flow);
    }
    if (const auto metaflow = document.find("metaflow")) {
        checker_.path().look_at("metaflow");
        check_metaflows(*metaflow);
    }
    checker_.path().close();
    return checker_.take_errors();
}

void Validator::check_metaflows(json::Value metaflows)
{
    checker_.check(metaflows, metaflow_bindings);
    checker_.path().open();
    for (const std::string_view key : {"numbers", "patterns"}) {
        const auto flows = metaflows.find(key);
        if (!flows || !flows->is_object()) continue;
        checker_.path().look_at(key);
        checker_.path().open();
        for (const auto [name, flow] : flows->members()) {
            checker_.path().look_at(name);
            walk(flow, Tree::metaflow);
        }
        checker_.path().close();
    }
    checker_.path().close();
}

}  // namespace pivot::callflow
