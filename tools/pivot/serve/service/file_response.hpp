// A file as a response.
#pragma once

#include "http/server_response.hpp"

#include <string>
#include <string_view>

namespace pivot::tools {

// Reads the file, which is in memory while it is sent. `what` begins the sentence of an error:
// `this recording`.
http::ServerResponse file_response(const std::string& path, const char* type,
                                   std::string_view what);

}  // namespace pivot::tools
