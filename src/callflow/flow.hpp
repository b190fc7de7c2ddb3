// Is it a callflow? A web server's answer, and a stored callflow, against the table of modules.
//
// A node is `{"module":…,"data":{…},"children":{…}}`; a flow is one node, the root of a tree. All
// that is wrong is found in one pass over the values, in time linear in their number. Errors point
// to the value that is wrong or to the key that is missing.
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

// Keeps its memory: after the first few flows a valid one costs no allocation.
class Validator {
public:
    explicit Validator(FlowRules rules = {}) : checker_(std::move(rules)) {}

    // Appends the flow to `out` as compact JSON, with every default of its modules written in, keys
    // in their order and numbers as they came. Fails with invalid_callflow and all errors; `out` is
    // then as it was.
    Result<void> validate(json::Value node, std::string& out);

    // What was wrong in the last one and does no harm: keys that nothing reads, a timeout that is
    // unusable. Until the next.
    std::span<const Breach> warnings() const { return checker_.warnings(); }

    // The errors of a stored callflow, an object whose `flow` is a node; none: it is valid.
    std::vector<Breach> check_document(json::Value document);

private:
    // Metaflows have nodes of the same shape; their modules are not KAZOO's callflow modules.
    enum class Tree : std::uint8_t { flow, metaflow };

    // A node that is open, or its branches.
    struct Level {
        explicit Level(json::Members members) : next(members.begin()), end(members.end()) {}

        json::Members::Iterator next;
        json::Members::Iterator end;
        bool is_node = false;
        bool has_data = false;
        const Module* module = nullptr;  // null: unknown, or of a metaflow
    };

    void walk(json::Value root, Tree tree);
    void open_node(json::Value node, Tree tree);
    void open_children(json::Value children);
    void open(json::Value object);
    void close();
    void add_data(const Rule& rule);
    void warn_of_key(std::string_view name);
    void check_module(json::Value module, Tree tree, const Module* known);
    void check_metaflows(json::Value metaflows);

    Checker checker_;
    std::string unused_;  // the text of a stored callflow
    std::vector<Level> levels_;
};

}  // namespace pivot::callflow
