// Tells systemd how the service is doing: sd_notify(3) without libsystemd.
#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>

namespace pivot::tools {

// How often the service manager expects a sign of life, by $WATCHDOG_USEC and $WATCHDOG_PID, which
// may be null. Returns 0 if it expects none.
Nanoseconds watchdog_ns(const char* usec, const char* pid);

class ServiceManager {
public:
    // `socket` is the value of $NOTIFY_SOCKET: a path, or an abstract name that begins with `@`. If
    // it is null, no service manager listens, and nothing is sent.
    explicit ServiceManager(const char* socket);
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;
    ~ServiceManager();

    bool is_there() const { return descriptor_ >= 0; }

    // Sends assignments, one a line: `READY=1
    // STATUS=3 calls`. Errors are ignored.
    void tell(std::string_view assignments) const;

private:
    std::string address_;  // in the form for sendto(2)
    int descriptor_ = -1;
};

}  // namespace pivot::tools
