#include "callflow/flow.hpp"

#include "callflow/modules.hpp"
#include "callflow/stored_callflow.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::callflow {

namespace {

constexpr Rule module_name = string.size(1, 64);

std::span<const Property> properties_of(const Module* module)
{
    return module != nullptr ? module->properties : std::span<const Property>();
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
    checker_.start(out);
    out_ = &out;
    walk(node, Tree::flow);
    const std::size_t error_count = checker_.error_count();
    if (error_count == 0) return {};

    out.resize(size_before);
    auto errors = checker_.take_errors();
    std::string message = summarize(errors, error_count);
    return fail(Reason::invalid_callflow, Phase::parse, std::move(message), std::move(errors));
}

// Not a recursion, because a flow may be deeper than a host's stack.
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
        const auto [name, value] = *level.next;
        ++level.next;
        checker_.append_name(name);
        checker_.enter(name);
        if (!level.is_node) {
            if (open_node(value, tree)) continue;
        } else if (name == "children") {
            if (open_children(value)) continue;
        } else if (name == "data") {
            level.has_data = true;
            check_data(value, level.module);
        } else if (name == "module") {
            check_module(value, tree);
        } else {
            json::append_value(*out_, value);
        }
        checker_.leave();
    }
}

bool Validator::open_node(json::Value node, Tree tree)
{
    if (!node.is_object()) {
        checker_.fail_kind(node, "a node, which is an object");
        return false;
    }
    const auto module = node.find("module");
    if (!module) checker_.fail_missing("module");
    *out_ += '{';
    levels_.push_back({.next = node.members().begin(),
                       .end = node.members().end(),
                       .is_node = true,
                       .has_data = false,
                       .module = module && module->is_string() && tree == Tree::flow
                                     ? find_module(module->text())
                                     : nullptr});
    return true;
}

bool Validator::open_children(json::Value children)
{
    if (!children.is_object()) {
        checker_.fail_kind(children, "an object");
        return false;
    }
    *out_ += '{';
    levels_.push_back({.next = children.members().begin(),
                       .end = children.members().end(),
                       .is_node = false,
                       .has_data = false,
                       .module = nullptr});
    return true;
}

void Validator::close()
{
    const Level level = levels_.back();
    levels_.pop_back();
    if (level.is_node && !level.has_data) {
        checker_.append_name("data");
        *out_ += '{';
        checker_.enter("data");
        checker_.append_missing(properties_of(level.module), 0);
        checker_.leave();
        *out_ += '}';
    }
    *out_ += '}';
    if (!levels_.empty()) checker_.leave();
}

void Validator::check_module(json::Value module, Tree tree)
{
    const std::size_t error_count = checker_.error_count();
    checker_.check(module, module_name);
    if (tree == Tree::metaflow || checker_.error_count() > error_count) return;
    if (find_module(module.text()) == nullptr) {
        checker_.fail(fmt::format("unknown module {}", quote(module.text())));
    }
}

void Validator::check_data(json::Value data, const Module* module)
{
    checker_.check(data, object.with(properties_of(module)));
}

std::vector<Breach> Validator::check_document(json::Value document)
{
    unused_.clear();
    out_ = &unused_;
    checker_.start(unused_);
    checker_.check(document, stored_callflow);
    if (const auto flow = document.find("flow")) {
        checker_.enter("flow");
        walk(*flow, Tree::flow);
        checker_.leave();
    }
    if (const auto metaflow = document.find("metaflow")) {
        checker_.enter("metaflow");
        check_metaflows(*metaflow);
        checker_.leave();
    }
    return checker_.take_errors();
}

void Validator::check_metaflows(json::Value metaflows)
{
    checker_.check(metaflows, metaflow_bindings);
    for (const std::string_view key : {"numbers", "patterns"}) {
        const auto flows = metaflows.find(key);
        if (!flows || !flows->is_object()) continue;
        checker_.enter(key);
        for (const auto [name, flow] : flows->members()) {
            checker_.enter(name);
            walk(flow, Tree::metaflow);
            checker_.leave();
        }
        checker_.leave();
    }
}

}  // namespace pivot::callflow
