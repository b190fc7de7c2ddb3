// A recording that is over, and what becomes of it.
#pragma once

#include <string>

namespace pivot::media {

struct Recorded {
    std::string file;      // a path
    bool is_ours = false;  // the file goes when it has been uploaded
    std::string finished;  // the path that the program makes; empty: there is nothing to do
    std::string format;    // for the program: `wav`, `mp3`
    bool trims_silence = false;
    std::string url;  // to upload to; empty: it is kept
    bool uploads_by_post = false;
    std::string call_id;
    std::string account_id;
    std::string action_url;
};

}  // namespace pivot::media
