// pivot: a web server decides how the call goes on.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> pivot(Work, json::Value, Deadline& deadline)
{
    return at_once(end_with(ModuleEnd::Kind::pivot, ""), deadline);
}

}  // namespace pivot::execute::modules
