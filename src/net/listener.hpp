// A socket that connections come to.
//
// Connections are accepted one by one, when the owner is ready for one more, so that the others
// wait in the kernel, whose queue is bounded. A multishot accept would take them in any case.
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
    // Who may connect to a Unix socket: its owner and its group.
    static constexpr mode_t socket_mode = 0660;

    // Binds and listens. The file of a Unix socket that nobody listens at any more is replaced. The
    // error is a sentence with the address. `log` gets a line when accepting fails.
    static tl::expected<std::unique_ptr<Listener>, std::string> open(const ListenAddress& address,
                                                                     Log log);

    // Its connections speak TLS from now on, after their handshake(). The error is a sentence that
    // names the file.
    tl::expected<void, std::string> secure(const TlsFiles& files);
    bool is_secure() const { return identity_ != nullptr; }

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();  // removes the file of a Unix socket

    // The next connection. What a lack of descriptors or memory, or a client that has left, makes
    // fail is tried again. Fails with timeout or cancelled.
    reactor::Task<Result<std::unique_ptr<Connection>>> accept(reactor::Deadline& deadline);

    // With the port that it has.
    const ListenAddress& address() const { return address_; }

private:
    // Tells the file from one that another process has put in its place.
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
    std::unique_ptr<TlsIdentity> identity_;  // null: no TLS
    bool is_failing_ = false;
};

}  // namespace pivot::net
