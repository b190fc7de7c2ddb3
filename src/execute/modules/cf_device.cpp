// device: calls one device of the account.
#include "execute/modules/endpoints.hpp"
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> device(Work work, json::Value data, Deadline& deadline)
{
    return call_endpoints(work, plan_for_one(work, data, Member::Kind::device), deadline);
}

}  // namespace pivot::execute::modules
