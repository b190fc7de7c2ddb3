#include "callflow/nodes.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace pivot::callflow {

// Not recursive, because a flow may be nested deeper than a host's stack allows.
void visit_nodes(json::Value flow, const std::string& at, const NodeVisitor& visit)
{
    std::vector<std::pair<json::Value, std::string>> open;
    open.emplace_back(flow, at);
    while (!open.empty()) {
        const auto [node, node_at] = std::move(open.back());
        open.pop_back();
        if (!node.is_object()) continue;
        visit(node, node_at);
        const auto before = static_cast<std::ptrdiff_t>(open.size());
        const auto module = node.find("module");
        const auto data = node.find("data");
        const bool has_data = module && module->text() == "callflow" && data;
        if (const auto inside = has_data ? data->find("flow") : std::nullopt) {
            open.emplace_back(*inside, json::pointer(json::pointer(node_at, "data"), "flow"));
        }
        const auto children = node.find("children");
        if (children && children->is_object()) {
            const std::string children_at = json::pointer(node_at, "children");
            for (const auto [name, child] : children->members()) {
                open.emplace_back(child, json::pointer(children_at, name));
            }
        }
        std::reverse(open.begin() + before, open.end());  // so that the first comes next
    }
}

}  // namespace pivot::callflow
