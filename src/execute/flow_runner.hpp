// Runs the callflows of a call, from node to node.
//
//   run(flow) ─► node ─► its module ─┬─ go on ──► the child, else `_`, else stop
//                                    ├─ branch ─► another flow; this node's `_` waits on the stack
//                                    ├─ stop ───► what waits on the stack goes on, else the end
//                                    └─ pivot ──► back to the session, which asks a web server
//
// This is what KAZOO's executor does, in short (docs/callflows.md).
#pragma once

#include "execute/flow.hpp"
#include "execute/flow_memory.hpp"
#include "execute/modules/module.hpp"
#include "execute/next_step.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pivot::execute {

class FlowRunner final : private Watcher {
public:
    // With `apologizes`, callers hear an apology if nobody performs a module and nothing follows
    // it.
    explicit FlowRunner(LiveCall& call, bool apologizes = false);
    ~FlowRunner() = default;

    // Runs a flow, as JSON text, in the place of the pivot node; waiting flows go on after it, and
    // at once if it is empty. Ends with pivot, hang_up or over, or go_on after the end.
    Task<NextStep> run(std::string flow, Deadline& deadline);

    // Flows that wait for the end of another are not resumed.
    void forget_waiting() { waiting_.clear(); }

    // Whether a flow waits for the end of another.
    bool has_waiting() const { return !waiting_.empty(); }

private:
    // A flow, and the node at which the call is or goes on.
    struct Position {
        Flow flow;
        Flow::Index node = Flow::root;
    };

    Task<NextStep> hand_over(JobId job, std::string flow, Deadline& deadline);
    bool begin(std::string_view flow);
    Task<NextStep> run_nodes(bool is_running, Deadline& deadline);
    Task<modules::ModuleEnd> begin_module(Deadline& deadline);
    bool take(const modules::ModuleEnd& end);
    bool go_on(std::string_view key, std::string_view why);
    bool branch(std::string_view flow);
    bool resume();
    Task<> await_recordings(Deadline& deadline);
    NextStep pivot_step();
    void note(const Event& event) override;

    LiveCall& call_;
    const bool apologizes_;
    FlowMemory memory_;
    Position current_;
    std::vector<Position> waiting_;  // the last one goes on first
    unsigned branches_ = 0;
};

}  // namespace pivot::execute
