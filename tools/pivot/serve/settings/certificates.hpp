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
        std::string_view listener;  // the table that names the certificate: `api`
        std::int64_t unix_s;
    };

    // Any thread. Reads the files as they are now, and leaves out those that cannot be read.
    std::vector<Expiry> expiries() const;

    // Logs a line for each certificate that expires within two weeks, or has expired.
    void warn(Log& log) const;

private:
    struct File {
        std::string listener;
        std::string path;
    };

    std::vector<File> files_;
};

}  // namespace pivot::tools
