// Debug records in the form of the documents that KAZOO stores for its `pivot/debug`.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

// 1970 in Gregorian seconds, which KAZOO counts from the year 0.
inline constexpr std::int64_t gregorian_s = 62'167'219'200;

// The documents of one record: the request, the response if one came, and the failure if there
// was one. `node` is KAZOO's name for us.
std::vector<std::string> kazoo_documents_of(json::Value record, std::string_view node);

// The entry of a call in a list of calls, from its first record.
std::string kazoo_entry_of(json::Value record, std::string_view node);

// The id of a call from itself or from a `debug_id`, which contains it.
std::string_view call_id_of_kazoo_key(std::string_view key);

}  // namespace pivot::tools
