#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

namespace {

// The child that the host has said. Without one the flow goes on with `_`.
ModuleEnd take(const Work& work, std::string_view branch)
{
    if (branch.empty() || branch == "_") return go_on();
    const bool is_missing = !work.flow.child(work.node, branch);
    if (is_missing) work.call.miss_branch(branch, work.flow.keys_of_children(work.node));
    return go_on(branch);
}

}  // namespace

Task<ModuleEnd> at_once(ModuleEnd end, Deadline&)
{
    co_return end;
}

Task<JobEnded> finish(LiveCall& call, JobId job, Deadline& deadline)
{
    Finished finished = co_await call.finish(job, Until(), deadline);
    co_return std::get<JobEnded>(std::move(finished.end));
}

Task<ModuleEnd> wait_for_end(Work work, Deadline&)
{
    while (!work.call.must_stop()) co_await work.call.next(never);
    co_return end_with(ModuleEnd::Kind::over, "");
}

Task<ModuleEnd> end_with_job(Work work, JobId job, std::string_view failure, Deadline& deadline)
{
    const JobEnded ended = co_await finish(work.call, job, deadline);
    if (work.call.must_stop()) co_return end_with(ModuleEnd::Kind::over, "");
    if (ended.end == JobEnd::failed) co_return give_up(work, failure);
    co_return take(work, ended.branch);
}

Task<ModuleEnd> hand_over(Work work, Deadline& deadline)
{
    const JobId job = work.call.begin(JobKind::module, caller, unlimited);
    const bool is_taken =
        work.call.channel().run_module(job, work.flow.module(work.node), work.flow.data(work.node));
    if (is_taken) return end_with_job(work, job, "the host could not run it", deadline);
    work.call.forget(job);
    return at_once(give_up(work, "is not run here, and the host does not have it"), deadline);
}

}  // namespace pivot::execute::modules
