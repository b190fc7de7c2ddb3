// TLS sessions to resume, by origin. The newest session goes first, and the least recently used
// origin is forgotten first.
//
// A TLS 1.3 ticket is meant for one connection (RFC 8446, appendix C.4), so it leaves when it is
// taken; servers send two after a full handshake and one after a resumed one. The last ticket is
// lent as a copy and stays: when more connections are opened at once than there are tickets, all of
// them resume. What C.4 protects, that nobody can tell who a client is, does not exist between two
// servers. A TLS 1.2 session is for any number of connections.
#pragma once

#include "base/list.hpp"
#include "base/lru_table.hpp"

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

    void keep(std::string_view origin, Session session);

    // A session for one connection. Returns null if there is none.
    Session take(std::string_view origin);

    // To be called when a handshake has failed: the offered session may be what the server rejects.
    void forget(std::string_view origin);

private:
    struct Origin : ListHook<Origin> {
        explicit Origin(std::string_view its_name) : name(its_name) {}

        const std::string name;
        std::vector<Session> newest_last;
    };

    static constexpr std::size_t origins_max = 1'000;
    static constexpr std::size_t sessions_max = 8;  // per origin

    LruTable<Origin> origins_{origins_max};
};

}  // namespace pivot::net
