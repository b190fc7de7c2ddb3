#include "switches/kazoo/callflow_branch.hpp"

#include <optional>

namespace pivot::switches::kazoo {

namespace {

struct Search {
    std::string_view voice_url;
    int found = 0;
    std::optional<json::Value> branch;  // of the last node that matched
};

bool has_text(std::optional<json::Value> value, std::string_view text)
{
    return value && value->is_string() && value->text() == text;
}

std::optional<json::Value> object(json::Value parent, std::string_view name)
{
    const auto found = parent.find(name);
    return found && found->is_object() ? found : std::nullopt;
}

// Recurses as deep as the flow is nested, which its reader limits.
void search(json::Value node, Search& search_for)
{
    const auto children = object(node, "children");
    const auto data = object(node, "data");
    const bool is_it = data && has_text(node.find("module"), "pivot") &&
                       has_text(data->find("voice_url"), search_for.voice_url);
    if (is_it) {
        ++search_for.found;
        search_for.branch = children ? object(*children, "_") : std::nullopt;
    }
    if (!children) return;
    for (const auto [name, child] : children->members()) {
        if (child.is_object()) search(child, search_for);
    }
}

}  // namespace

std::string branch_after(json::Value flow, std::string_view voice_url)
{
    Search pivots{voice_url, 0, std::nullopt};
    if (flow.is_object()) search(flow, pivots);
    std::string branch;
    if (pivots.found == 1 && pivots.branch) json::append_value(branch, *pivots.branch);
    return branch;
}

}  // namespace pivot::switches::kazoo
