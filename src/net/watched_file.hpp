// A system file that may be replaced while we run, such as /etc/resolv.conf.
#pragma once

#include "base/clock.hpp"

#include <string>

#include <sys/stat.h>

namespace pivot::net {

class WatchedFile {
public:
    // Looks at the file for the first time. Read it after this, so that no change is missed.
    explicit WatchedFile(std::string path);

    const std::string& path() const { return path_; }

    // Whether the file has changed, appeared or disappeared since the last look. Looks at most once
    // a second.
    bool has_changed(Nanoseconds now);

private:
    struct stat look() const;  // all zeros if there is no file

    const std::string path_;
    struct stat seen_;
    Nanoseconds next_look_ = 0;
};

}  // namespace pivot::net
