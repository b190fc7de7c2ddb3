// A debug record (docs/debug-records.md) as people read it.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pivot::tools {

// The requests of a record: those that were redirected, and the last one; or the record itself.
std::vector<json::Value> requests_in(json::Value record);

bool is_2xx(json::Value request);

// Whether its answer was of no use.
bool has_failed(json::Value record);

// `200 text/xml, 3 ms`, or why there is no answer.
std::string answer_of(json::Value record);

// `2026-11-29 21:18:21.058Z`
std::string time_of(std::int64_t unix_ms);

// A line for each request:
// `2026-11-29 21:18:21.058Z  REQUEST  POST http://… -> 200 text/xml, 3 ms`.
std::string lines_of(json::Value record);

// The same among those of other calls: with the call's id, and URLs without their parameters.
std::string lines_in_list(json::Value record);

// The rest of it, indented: headers and bodies as curl shows them, how long it took, and what was
// wrong.
std::string details_of(json::Value record);

}  // namespace pivot::tools
