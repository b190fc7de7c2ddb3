// Tells systemd how the service is doing: sd_notify(3), without its library.
#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>

namespace pivot::tools {

// How often the service manager wants to hear that all is well, by $WATCHDOG_USEC and
// $WATCHDOG_PID, which may be null; 0: it does not.
Nanoseconds watchdog_ns(const char* usec, const char* pid);

class ServiceManager {
public:
    // `socket` is what $NOTIFY_SOCKET has: a path, or an abstract name that begins with `@`. If it
    // is null, no service manager listens, and nothing is told.
    explicit ServiceManager(const char* socket);
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;
    ~ServiceManager();

    bool is_there() const { return descriptor_ >= 0; }

    // Assignments, one a line: `READY=1\nSTATUS=3 calls`. What cannot be sent is lost.
    void tell(std::string_view assignments) const;

private:
    std::string address_;  // as sendto(2) takes it
    int descriptor_ = -1;
};

}  // namespace pivot::tools
