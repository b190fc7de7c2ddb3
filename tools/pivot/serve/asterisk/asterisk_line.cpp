#include "pivot/serve/asterisk/asterisk_line.hpp"

#include "base/clock.hpp"

namespace pivot::tools {

namespace {

// How long a stop waits for the last requests about calls that have ended.
constexpr Nanoseconds farewell_ns = 5 * second_ns;

// Asterisk may open one connection for each call.
http::ServerLimits server_limits()
{
    http::ServerLimits limits;
    limits.connections_max = 4'096;
    return limits;
}

}  // namespace

void AsteriskLine::turn(Nanoseconds until)
{
    reactor_.turn(until);
    tidy();
}

void AsteriskLine::work()
{
    while (!is_stopping_) turn(never);
}

void AsteriskLine::close()
{
    give_up();
    const Nanoseconds until = monotonic_now() + farewell_ns;
    while (calls() > 0 && monotonic_now() < until) turn(until);
    disconnect();
    lose_all();
    while (!is_idle()) turn(never);
}

ConnectingLine::ConnectingLine(reactor::Reactor& reactor, switches::asterisk::Ari& ari,
                               switches::asterisk::Attendant& attendant,
                               const switches::asterisk::SwitchSettings& settings,
                               std::string_view store_id)
    : AsteriskLine(reactor),
      ari_(ari),
      scope_(reactor),
      names_(store_id),
      application_(reactor, scope_, ari, attendant, mixes_, names_, settings)
{
}

ListeningLine::ListeningLine(reactor::Reactor& reactor, const Listeners& listeners,
                             switches::asterisk::AriClient* client,
                             switches::asterisk::Attendant& attendant,
                             const switches::asterisk::SwitchSettings& settings,
                             const switches::asterisk::AriServerAccess& access,
                             std::string_view store_id)
    : AsteriskLine(reactor),
      client_(client),
      names_(store_id),
      applications_(reactor, attendant, settings, access, names_, client),
      server_(reactor, applications_, server_limits()),
      serving_(reactor)
{
    for (const auto& listener : listeners) serving_.spawn(server_.serve(*listener));
}

void ListeningLine::disconnect()
{
    server_.close();
    if (client_ != nullptr) client_->close();
}

}  // namespace pivot::tools
