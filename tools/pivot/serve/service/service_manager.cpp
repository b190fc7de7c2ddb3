#include "pivot/serve/service/service_manager.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

// Returns 0 if it is not a number.
std::int64_t number(const char* text)
{
    if (text == nullptr) return 0;
    const char* const end = text + std::strlen(text);
    std::int64_t value = 0;
    const auto [read_to, error] = std::from_chars(text, end, value);
    return error == std::errc() && read_to == end ? value : 0;
}

}  // namespace

// A child of the watched process inherits its environment, so the process id has to match.
Nanoseconds watchdog_ns(const char* usec, const char* pid)
{
    constexpr std::int64_t usec_max = 24 * 3'600'000'000;
    if (pid != nullptr && number(pid) != ::getpid()) return 0;
    return std::clamp<std::int64_t>(number(usec), 0, usec_max) * 1'000;
}

ServiceManager::ServiceManager(const char* socket)
{
    if (socket == nullptr) return;
    const std::string_view name(socket);
    sockaddr_un address{};
    const bool is_abstract = name.starts_with('@');
    if (!(is_abstract || name.starts_with('/')) || name.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    if (is_abstract) address.sun_path[0] = '\0';
    address_.assign(reinterpret_cast<const char*>(&address),
                    offsetof(sockaddr_un, sun_path) + name.size());
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

ServiceManager::~ServiceManager()
{
    if (is_there()) ::close(descriptor_);
}

void ServiceManager::tell(std::string_view assignments) const
{
    if (!is_there()) return;
    sockaddr_un address{};
    std::memcpy(&address, address_.data(), address_.size());
    static_cast<void>(::sendto(
        descriptor_, assignments.data(), assignments.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
        reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(address_.size())));
}

}  // namespace pivot::tools
