#include "net/tls_sessions.hpp"

#include <utility>

namespace pivot::net {

void TlsSessions::keep(std::string_view origin, Session session)
{
    Origin* known = origins_.find(origin);
    if (known == nullptr) known = &origins_.add(std::make_unique<Origin>(origin));
    auto& sessions = known->newest_last;
    if (sessions.size() == sessions_max) sessions.erase(sessions.begin());
    sessions.push_back(std::move(session));
}

TlsSessions::Session TlsSessions::take(std::string_view origin)
{
    Origin* known = origins_.find(origin);
    if (known == nullptr) return nullptr;
    auto& sessions = known->newest_last;
    // OpenSSL marks the session of a connection that ended with an alert as not resumable.
    while (!sessions.empty() && SSL_SESSION_is_resumable(sessions.back().get()) == 0) {
        sessions.pop_back();
    }
    if (sessions.empty()) return nullptr;

    SSL_SESSION* newest = sessions.back().get();
    if (SSL_SESSION_get_protocol_version(newest) != TLS1_3_VERSION) {
        SSL_SESSION_up_ref(newest);
        return Session(newest);
    }
    // A copy, because OpenSSL also marks a ticket once a handshake with it is complete.
    if (sessions.size() == 1) return Session(SSL_SESSION_dup(newest));
    Session taken = std::move(sessions.back());
    sessions.pop_back();
    return taken;
}

void TlsSessions::forget(std::string_view origin)
{
    if (origins_.find(origin) != nullptr) origins_.remove(origin);
}

}  // namespace pivot::net
