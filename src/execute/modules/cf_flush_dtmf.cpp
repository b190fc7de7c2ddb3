// flush_dtmf: empties a collection of keys.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> flush_dtmf(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view collection = text(data, "collection_name", default_collection);
    work.call.session().clear_digits(collection);
    if (collection == default_collection) {
        work.call.keys().clear();
        work.memory.early_keys.clear();
    }
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
