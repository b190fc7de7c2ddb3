// dead_air: keeps the call in silence until the caller hangs up.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> stay_silent(Work work, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    work.call.channel().mute(caller, true);
    co_return co_await wait_for_end(work, deadline);
}

}  // namespace

Task<ModuleEnd> dead_air(Work work, json::Value, Deadline& deadline)
{
    return stay_silent(work, deadline);
}

}  // namespace pivot::execute::modules
