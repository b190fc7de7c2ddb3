#include "execute/modules/module.hpp"

#include "base/text.hpp"
#include "execute/modules/apology.hpp"

#include <utility>

namespace pivot::execute::modules {

namespace {

ModuleEnd end_of(ModuleEnd::Kind kind, std::string_view text = "")
{
    ModuleEnd end;
    end.kind = kind;
    end.text = text;
    return end;
}

// Goes on with the child that the host named, or with `_`.
ModuleEnd take(const Work& work, std::string_view branch)
{
    if (branch.empty() || branch == "_") return go_on();
    const bool is_missing = !work.flow.child(work.node, branch);
    if (is_missing) work.call.miss_branch(branch, work.flow.keys_of_children(work.node));
    return go_on(branch);
}

}  // namespace

ModuleEnd go_on(std::string_view child)
{
    return end_of(ModuleEnd::Kind::go_on, child);
}

ModuleEnd go_on_because(std::string_view why)
{
    ModuleEnd end = go_on();
    end.why = why;
    return end;
}

ModuleEnd stop(std::string_view cause)
{
    return end_of(ModuleEnd::Kind::stop, cause);
}

ModuleEnd hang_up()
{
    return end_of(ModuleEnd::Kind::hang_up);
}

ModuleEnd branch_to(std::string_view flow)
{
    return end_of(ModuleEnd::Kind::branch, flow);
}

ModuleEnd ask_server()
{
    return end_of(ModuleEnd::Kind::pivot);
}

ModuleEnd over()
{
    return end_of(ModuleEnd::Kind::over);
}

ModuleEnd give_up(const Work& work, std::string_view why)
{
    work.warn(why);
    return go_on_because(why);
}

Task<ModuleEnd> ready(ModuleEnd end, Deadline&)
{
    co_return end;
}

Task<JobEnded> finish(LiveCall& call, JobId job, Deadline& deadline)
{
    JobEnded failed;
    failed.end = JobEnd::failed;
    failed.why = no_such_command;
    if (job == 0) co_return failed;
    Finished finished = co_await call.finish(job, Until(), deadline);
    co_return std::get<JobEnded>(std::move(finished.end));
}

Task<ModuleEnd> wait_for_end(Work work, Deadline&)
{
    while (!work.call.must_stop()) co_await work.call.next(never);
    co_return over();
}

Task<ModuleEnd> go_on_after(Work work, JobId job, std::string_view failure, Deadline& deadline)
{
    const JobEnded ended = co_await finish(work.call, job, deadline);
    if (work.call.must_stop()) co_return over();
    if (ended.end == JobEnd::failed) {
        co_return give_up(work, with_reason(failure, ended.why));
    }
    co_return take(work, ended.branch);
}

JobId offer(const Work& work)
{
    HostModule module{std::string(work.flow.module(work.node)),
                      std::string(work.flow.data(work.node))};
    return work.call.begin(caller, std::move(module));
}

Task<ModuleEnd> run_by_host(Work work, JobId job, Deadline& deadline)
{
    return go_on_after(work, job, "the host could not run it", deadline);
}

namespace {

// Nothing follows this node.
Task<ModuleEnd> run_last(Work work, JobId job, Deadline& deadline)
{
    ModuleEnd end = co_await run_by_host(work, job, deadline);
    const bool has_failed = end.kind == ModuleEnd::Kind::go_on && !end.why.empty();
    if (!has_failed) co_return end;
    co_return co_await apologize(work, deadline);
}

}  // namespace

Task<ModuleEnd> hand_over(Work work, bool is_last, Deadline& deadline)
{
    const JobId job = offer(work);
    if (job != 0 && !is_last) return run_by_host(work, job, deadline);
    if (job != 0) return run_last(work, job, deadline);
    ModuleEnd end = give_up(work, "does not run here, and the host does not have it");
    return is_last ? apologize(work, deadline) : ready(std::move(end), deadline);
}

}  // namespace pivot::execute::modules
