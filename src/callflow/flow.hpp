// Validates callflows, answered by a web server or stored, against the table of modules.
//
// A node is `{"module":…,"data":{…},"children":{…}}`, and a flow is a node, the root of a tree. One
// pass over the values finds every mistake, in time linear in their number. An error points to the
// value that is wrong or to the key that is missing.
#pragma once

#include "base/json.hpp"
#include "callflow/checker.hpp"
#include "callflow/rule.hpp"

#include <pivot/failure.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pivot::callflow {

// Keeps its memory: after the first few flows, a valid one causes no allocation.
class Validator {
public:
    explicit Validator(FlowRules rules = {}) : checker_(std::move(rules)) {}

    // Appends the flow to `out` as compact JSON with every default of its modules. Keys keep their
    // order and numbers their spelling. Fails with invalid_callflow and every error, and then
    // leaves `out` as it was.
    Result<void> validate(json::Value node, std::string& out);

    // Harmless mistakes in the last flow: keys that nothing reads, an unusable timeout. Valid until
    // the next.
    std::span<const Breach> warnings() const { return checker_.warnings(); }

    // The errors of a stored callflow, which is an object whose `flow` is a node.
    std::vector<Breach> check_document(json::Value document);

private:
    // The nodes of a metaflow have the same shape, but other modules than KAZOO's callflows.
    enum class Tree : std::uint8_t { flow, metaflow };

    // An open node, its open children, or its open data if that may contain a flow.
    struct Level {
        explicit Level(json::Members members) : next(members.begin()), end(members.end()) {}

        json::Members::Iterator next;
        json::Members::Iterator end;
        bool is_node = false;
        bool is_data = false;
        bool has_data = false;
        const Module* module = nullptr;  // null if it is unknown, and in a metaflow
    };

    void walk(json::Value root, Tree tree);
    void open_node(json::Value node, Tree tree);
    void open_children(json::Value children);
    void open(json::Value object);
    void close();
    void take_member_of_node(std::string_view name, json::Value value, Tree tree);
    void take_member_of_data(std::string_view name, json::Value value, const Module& module);
    void check_data(json::Value data, const Module* module);
    void add_data(const Module* module);
    void warn_of_key(std::string_view name);
    void check_module(json::Value module, Tree tree, const Module* known);
    void check_metaflows(json::Value metaflows);

    Checker checker_;
    std::string unused_;  // the output for a stored callflow
    std::vector<Level> levels_;
};

}  // namespace pivot::callflow
