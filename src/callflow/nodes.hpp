// The nodes of a flow, whatever is wrong with them.
#pragma once

#include "base/json.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pivot::callflow {

using NodeVisitor = std::function<void(json::Value node, const std::string& at)>;

// Visits every object that stands where a node does, in the order of the text. `at` is the JSON
// pointer of `flow`, and of each node.
void visit_nodes(json::Value flow, const std::string& at, const NodeVisitor& visit);

// The pointer `at` and below it `name`.
std::string below(const std::string& at, std::string_view name);

}  // namespace pivot::callflow
