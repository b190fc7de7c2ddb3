// answer: answers the call.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> answer_call(Work work, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    co_return go_on();
}

}  // namespace

Task<ModuleEnd> answer(Work work, json::Value, Deadline& deadline)
{
    return answer_call(work, deadline);
}

}  // namespace pivot::execute::modules
