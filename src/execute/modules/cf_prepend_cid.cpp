// prepend_cid: puts a prefix before the caller id.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <string>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

// No phone shows more, and each document may add to the prefix.
constexpr std::size_t prefix_bytes_max = 256;

// Puts `more` before the prefix, or in its place if it `starts_over`.
void prepend(const Work& work, std::string& prefix, std::string_view more, bool starts_over)
{
    if (starts_over) prefix.clear();
    if (prefix.size() + more.size() > prefix_bytes_max) {
        return work.warn(
            fmt::format("a prefix is longer than {} bytes: it is left out", prefix_bytes_max));
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
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
