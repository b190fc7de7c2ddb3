// prepend_cid: a prefix before the caller id.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <string>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// No telephone shows more, and each document may prepend to what those before it have prepended.
constexpr std::size_t prefix_bytes_max = 256;

// A prefix in front of one that is there, or in its place; the text behind it is the call's.
void prepend(const Work& work, std::string& prefix, std::string_view more, bool starts_over)
{
    if (starts_over) prefix.clear();
    if (prefix.size() + more.size() > prefix_bytes_max) {
        return work.warn(fmt::format("a prefix is longer than {} bytes", prefix_bytes_max));
    }
    prefix.insert(0, more);
}

}  // namespace

Task<ModuleEnd> prepend_cid(Work work, json::Value data, Deadline& deadline)
{
    CallerId& prefix = work.memory.caller_id_prefix;
    if (text(data, "action") == "reset") {
        prefix = CallerId();
    } else {
        const bool starts_over = text(data, "apply_to") == "original";
        prepend(work, prefix.name, text(data, "caller_id_name_prefix"), starts_over);
        prepend(work, prefix.number, text(data, "caller_id_number_prefix"), starts_over);
    }
    return at_once(go_on(), deadline);
}

}  // namespace pivot::execute::modules
