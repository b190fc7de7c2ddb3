// A socket that accepts connections.
//
// Connections are accepted one by one when the owner is ready, so that others wait in the kernel's
// bounded queue. A multishot accept would take them in any case.
#pragma once

#include "base/log.hpp"
#include "net/connection.hpp"
#include "net/listen_address.hpp"
#include "net/tls_identity.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

#include <memory>
#include <optional>
#include <string>

#include <sys/stat.h>
#include <sys/types.h>
#include <tl/expected.hpp>

namespace pivot::net {

class Listener {
public:
    // Owner and group may connect to a Unix socket.
    static constexpr mode_t socket_mode = 0660;

    // Binds and listens. Replaces the file of a Unix socket that has no listener any more. The
    // error is a sentence with the address. `log` gets a line when accepting fails.
    static tl::expected<std::unique_ptr<Listener>, std::string> open(const ListenAddress& address,
                                                                     Log log);

    // From now on, connections speak TLS after their handshake(). The error is a sentence that
    // names the file.
    tl::expected<void, std::string> secure(const TlsFiles& files);
    bool is_secure() const { return identity_ != nullptr; }

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();  // removes the file of a Unix socket

    // Yields the next connection. Tries again after a lack of descriptors or memory, and after
    // clients that have left. Fails with timeout or cancelled.
    reactor::Task<Result<std::unique_ptr<Connection>>> accept(reactor::Deadline& deadline);

    // With the actual port.
    const ListenAddress& address() const { return address_; }

private:
    // Recognises the file if another process has replaced it.
    struct FileId {
        dev_t device;
        ino_t inode;
    };

    Listener(int descriptor, ListenAddress address, Log log)
        : descriptor_(descriptor), address_(std::move(address)), log_(std::move(log))
    {
    }

    static std::optional<FileId> id_of(const std::string& path);
    tl::expected<void, std::string> bind_unix(const std::string& path) const;
    tl::expected<void, std::string> bind_ip(const SocketAddress& ip);
    tl::expected<void, std::string> bind_patiently();
    tl::expected<void, std::string> bind();
    Result<std::unique_ptr<Connection>> adopt(int accepted, reactor::Reactor& reactor) const;
    void note_failure(std::string_view why);

    const int descriptor_;
    ListenAddress address_;
    const Log log_;
    std::optional<FileId> file_;
    std::unique_ptr<TlsIdentity> identity_;  // null if there is no TLS
    bool is_failing_ = false;
};

}  // namespace pivot::net
