// TLS sessions to resume, by origin: the newest first, the least recently used origin forgotten.
//
// A TLS 1.3 ticket is meant for one connection (RFC 8446, appendix C.4), so it leaves when it is
// taken; servers send two after a full handshake and one after a resumed one. The last one is lent
// as a copy and stays: when more connections are opened at once than there are tickets, all resume.
// What C.4 protects, that nobody can tell who a client is, does not exist between two servers. A
// TLS 1.2 session is for any number of connections.
#pragma once

#include "base/list.hpp"
#include "net/name_table.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace pivot::net {

class TlsSessions {
public:
    struct Free {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };
    using Session = std::unique_ptr<SSL_SESSION, Free>;

    TlsSessions() = default;
    ~TlsSessions();

    void keep(std::string_view origin, Session session);

    // For one connection. Null: there is none.
    Session take(std::string_view origin);

    // A handshake failed. Perhaps the server chokes on what it was offered.
    void forget(std::string_view origin);

private:
    struct Origin : ListHook<Origin> {
        explicit Origin(std::string_view its_name) : name(its_name) {}

        const std::string name;
        std::vector<Session> newest_last;
    };

    static constexpr std::size_t origins_max = 1'000;
    static constexpr std::size_t sessions_max = 8;  // of an origin

    NameTable<Origin> origins_;
    List<Origin> by_use_;  // the latest first
};

}  // namespace pivot::net
