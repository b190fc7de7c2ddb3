// Walks the nodes of a flow, even of an invalid one.
#pragma once

#include "base/json.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pivot::callflow {

using NodeVisitor = std::function<void(json::Value node, const std::string& at)>;

// Visits every object in the place of a node, in document order. `at` is the JSON pointer of
// `flow`; the visitor gets that of each node.
void visit_nodes(json::Value flow, const std::string& at, const NodeVisitor& visit);

}  // namespace pivot::callflow
