// ARI requests over plain HTTP. Over a WebSocket that all calls share, Asterisk performs them one
// after the other, so that each waits for the slowest.
//
// Connections are kept for ten seconds, because Asterisk closes them after fifteen
// (`session_keep_alive`). If a kept connection ends before the first byte of the answer, the
// request is sent again on a new one where that does no harm. GET, PUT and DELETE may be repeated.
// POST may not, because another channel might be dialled: it is sent again only if none of its
// bytes went out.
#pragma once

#include "base/list.hpp"
#include "http/client.hpp"
#include "http/destination.hpp"
#include "http/opener.hpp"
#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/ari_config.hpp"
#include "switches/asterisk/seats.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::asterisk {

class AriClient final : public AriCommands {
public:
    // The error is a sentence about a value of `config`.
    static tl::expected<std::unique_ptr<AriClient>, std::string> open(reactor::Reactor& reactor,
                                                                      const AriConfig& config);

    reactor::Task<Result<AriAnswer>> ask(const AriRequest& request,
                                         reactor::Deadline& deadline) override;

    // The destination of `/ari/` and `target`, with user and password. The error does not show
    // them.
    tl::expected<http::Destination, std::string> destination(std::string_view target) const;

    http::Opener& opener() { return opener_; }

    // Ends requests, present and future, with cancelled. Afterwards the reactor turns until
    // is_idle().
    void close();
    bool is_idle() const
    {
        return under_way_.empty() && client_.closing() == 0 && resolver_->is_idle();
    }

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    struct UnderWay : ListHook<UnderWay> {
        explicit UnderWay(reactor::Deadline& caller) : deadline(caller) {}
        reactor::Deadline deadline;
    };

    AriClient(reactor::Reactor& reactor, std::string base, std::unique_ptr<net::Resolver> resolver,
              std::shared_ptr<net::TlsContext> tls);

    reactor::Task<Result<AriAnswer>> ask_in_turn(const AriRequest& request,
                                                 reactor::Deadline& deadline);
    reactor::Task<Result<AriAnswer>> ask_now(const AriRequest& request, bool& may_repeat,
                                             reactor::Deadline& deadline);

    static constexpr std::size_t requests_max = 16;  // in flight

    reactor::Reactor& reactor_;
    const std::string base_;  // the URL up to `/ari/`
    net::AddressPolicy policy_;
    net::SourceAddresses sources_;
    std::unique_ptr<net::Resolver> resolver_;
    std::shared_ptr<net::TlsContext> tls_;
    http::DestinationRules rules_;
    std::optional<http::Destination> commands_;  // `/ari/`: there from open() on
    http::Opener opener_;
    http::Client client_;
    Seats seats_{requests_max};
    List<UnderWay> under_way_;
    bool is_closed_ = false;
};

}  // namespace pivot::switches::asterisk
