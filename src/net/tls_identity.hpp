// A listener's certificate and key, which are read again when their files change.
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/tls.hpp"
#include "net/watched_file.hpp"

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot::net {

class TlsIdentity {
public:
    // The error is a sentence that names the file.
    static tl::expected<std::unique_ptr<TlsIdentity>, std::string> open(const TlsFiles& files);

    // For the next connection, always on the same thread. Checks once a second whether the files
    // have changed. If they cannot be used, the previous certificate stays and `log` gets a line: a
    // renewal may have written only one of the two so far.
    TlsContext& context(Nanoseconds now, const Log& log);

private:
    explicit TlsIdentity(const TlsFiles& files);

    const TlsFiles files_;
    WatchedFile certificate_;
    WatchedFile key_;
    std::shared_ptr<TlsContext> context_;
};

}  // namespace pivot::net
