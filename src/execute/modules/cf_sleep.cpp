// sleep: pauses the flow.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> wait(Work work, milliseconds time, Deadline& deadline)
{
    co_await work.call.pause(time, deadline);
    co_return go_on();
}

milliseconds unit_of(std::string_view unit)
{
    if (unit == "ms") return milliseconds(1);
    if (unit == "m") return std::chrono::minutes(1);
    if (unit == "h") return std::chrono::hours(1);
    return std::chrono::seconds(1);
}

}  // namespace

Task<ModuleEnd> sleep(Work work, json::Value data, Deadline& deadline)
{
    return wait(work, time(data, "duration", unit_of(text(data, "unit", "s")), 0), deadline);
}

}  // namespace pivot::execute::modules
