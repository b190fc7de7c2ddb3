// What the modules of a callflow share: the node at work, and the ways in which it ends.
//
// The function of a module is not a coroutine. It reads the node's data, which is gone when the
// returned task starts: a call that waits keeps only the values that the module needs.
#pragma once

#include "base/json.hpp"
#include "execute/flow.hpp"
#include "execute/flow_memory.hpp"
#include "execute/live_call.hpp"

#include <string>
#include <string_view>

namespace pivot::execute::modules {

// How a module ends, which tells the flow runner what to do.
struct ModuleEnd {
    enum class Kind : std::uint8_t {
        go_on,    // with the child `text`, else with `_`, else stop
        stop,     // the waiting flow goes on; without one the call is hung up with the cause `text`
        hang_up,  // even if a flow waits
        branch,   // to the flow `text`; the node's `_` goes on after it
        pivot,    // a web server is asked
        over,     // the call has ended, or goes on elsewhere
    };
    Kind kind = Kind::go_on;
    std::string text;
    std::string why;  // the reason for `_`, where it is not simply the next node
};

ModuleEnd go_on(std::string_view child = "_");
ModuleEnd go_on_because(std::string_view why);
ModuleEnd stop(std::string_view cause = "");
ModuleEnd hang_up();
ModuleEnd branch_to(std::string_view flow);
ModuleEnd ask_server();
ModuleEnd over();

// A node at work. Its references outlive the module's task.
struct Work {
    LiveCall& call;
    FlowMemory& memory;
    const Flow& flow;
    Flow::Index node;

    // True if there is a child with this key, and it is not empty.
    bool has_child(std::string_view key) const
    {
        const auto child = flow.child(node, key);
        return child && !flow.is_empty(*child);
    }

    void warn(std::string_view what) const { call.warn(flow.module(node), what); }
};

// Warns, and goes on with `_`, because the module cannot do its job.
ModuleEnd give_up(const Work& work, std::string_view why);

// A task without a wait.
Task<ModuleEnd> ready(ModuleEnd end, Deadline& deadline);

// Waits until a job ends. A call that must stop stops the job first.
Task<JobEnded> finish(LiveCall& call, JobId job, Deadline& deadline);

// Waits for a job that the host or the switch does in the node's place, and goes on with the child
// that its end names. Gives up with `failure` if the job fails.
Task<ModuleEnd> go_on_after(Work work, JobId job, std::string_view failure, Deadline& deadline);

// Waits until the call must stop.
Task<ModuleEnd> wait_for_end(Work work, Deadline& deadline);

// Offers the node to the host. Returns its job, or 0 where the host cannot run it.
JobId offer(const Work& work);
Task<ModuleEnd> run_by_host(Work work, JobId job, Deadline& deadline);

// Lets the host run the node, because nobody else can. If the host does not, gives up, and if
// nothing follows the node (`is_last`), the caller hears an apology.
Task<ModuleEnd> hand_over(Work work, bool is_last, Deadline& deadline);

// Returns null if there is no such entry, or no directory.
template <typename Entry>
const Entry* look_up(const Work& work, const Entry* (Directory::*entry)(std::string_view) const,
                     std::string_view id)
{
    const Directory* const directory = work.call.config().directory;
    return directory == nullptr ? nullptr : (directory->*entry)(id);
}

}  // namespace pivot::execute::modules
