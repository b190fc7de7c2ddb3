// What the modules of a callflow have in common.
//
// A module's function is no coroutine. It reads the node's data, which is gone when the task that
// it returns begins: while a call waits, nothing is kept of a node but what its module needs.
#pragma once

#include "base/json.hpp"
#include "execute/flow.hpp"
#include "execute/flow_memory.hpp"
#include "execute/live_call.hpp"

#include <string>
#include <string_view>

namespace pivot::execute::modules {

// How a module ends: what the executor does then.
struct ModuleEnd {
    enum class Kind : std::uint8_t {
        go_on,    // with the child `text`, else with `_`, else stop
        stop,     // a flow that waits goes on, else the call is hung up, with the cause `text`
        hang_up,  // whatever waits
        branch,   // to the flow `text`, behind which `_` goes on
        pivot,    // the node asks a web server
        over,     // the call is gone, or elsewhere
    };
    Kind kind = Kind::go_on;
    std::string text;
    std::string why;  // of a `_` that is more than the way to the next node
};

inline ModuleEnd end_with(ModuleEnd::Kind kind, std::string_view text)
{
    ModuleEnd end;
    end.kind = kind;
    end.text = text;
    return end;
}

inline ModuleEnd go_on(std::string_view child = "_")
{
    return end_with(ModuleEnd::Kind::go_on, child);
}
inline ModuleEnd go_on_because(std::string_view why)
{
    ModuleEnd end = go_on();
    end.why = why;
    return end;
}
inline ModuleEnd stop(std::string_view cause = "")
{
    return end_with(ModuleEnd::Kind::stop, cause);
}
inline ModuleEnd branch_to(std::string_view flow)
{
    return end_with(ModuleEnd::Kind::branch, flow);
}

// One node at work. What it refers to outlives the module's task.
struct Work {
    LiveCall& call;
    FlowMemory& memory;
    const Flow& flow;
    Flow::Index node;

    // Whether there is a child with this key, and something in it.
    bool has_child(std::string_view key) const
    {
        const auto child = flow.child(node, key);
        return child && !flow.is_empty(*child);
    }

    void warn(std::string_view what) const { call.warn(flow.module(node), what); }
};

// Of a module that cannot do its job.
inline ModuleEnd give_up(const Work& work, std::string_view why)
{
    work.warn(why);
    return go_on_because(why);
}

// Of a module that has nothing to wait for.
Task<ModuleEnd> at_once(ModuleEnd end, Deadline& deadline);

// Until a job ends, or the call must stop, and the job with it.
Task<JobEnded> finish(LiveCall& call, JobId job, Deadline& deadline);

// The end of a job that the host or the switch does in the node's place: the child that it says.
// `failure` is why the node gives up where it failed.
Task<ModuleEnd> end_with_job(Work work, JobId job, std::string_view failure, Deadline& deadline);

// Until the caller is gone.
Task<ModuleEnd> wait_for_end(Work work, Deadline& deadline);

// The host runs the node.
Task<ModuleEnd> hand_over(Work work, Deadline& deadline);

// Null: there is no such entry, or no directory at all.
template <typename Entry>
const Entry* look_up(const Work& work, const Entry* (Directory::*entry)(std::string_view) const,
                     std::string_view id)
{
    const Directory* const directory = work.call.config().directory;
    return directory == nullptr ? nullptr : (directory->*entry)(id);
}

}  // namespace pivot::execute::modules
