// The certificates of our own listeners, and when they expire.
#pragma once

#include "pivot/serve/service/log.hpp"
#include "pivot/serve/settings/settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

class Certificates {
public:
    explicit Certificates(const Settings& settings);

    bool empty() const { return files_.empty(); }

    struct Expiry {
        std::string_view listener;  // `api`: the table that names the certificate
        std::int64_t unix_s;
    };

    // Any thread. As the files are now; one that cannot be read is left out.
    std::vector<Expiry> expiries() const;

    // A line of the log for each that expires within two weeks, or has expired.
    void warn(Log& log) const;

private:
    struct File {
        std::string listener;
        std::string path;
    };

    std::vector<File> files_;
};

}  // namespace pivot::tools
