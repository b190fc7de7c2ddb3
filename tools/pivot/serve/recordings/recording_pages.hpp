// Answers signed links with the recordings that they lead to (media/recording_link.hpp).
#pragma once

#include "http/server_response.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

struct RecordingSettings {
    std::string folder;             // with the files; empty if there are none
    std::vector<std::string> keys;  // a link is good if one of them has signed it
};

// The answer to a path after `/r/`. Reads the file.
http::ServerResponse answer_with_recording(const RecordingSettings& settings,
                                           std::string_view segments, std::int64_t unix_now_s);

}  // namespace pivot::tools
