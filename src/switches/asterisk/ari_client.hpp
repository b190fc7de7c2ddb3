// Requests of ARI over plain HTTP. Over a WebSocket that is shared by all calls, Asterisk performs
// them one after the other, and each would wait for the slowest.
//
// Connections are kept for ten seconds: Asterisk closes them after fifteen (`session_keep_alive`).
// A request on a kept connection that ends before a byte of the answer has come is asked once more
// on a new one, if it cannot do harm: GET, PUT and DELETE ask for the same thing twice. POST does
// not: another channel would be dialled. It is asked again only if none of its bytes went out.
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

    // What `/ari/` and `target` lead to, with user and password. The error does not show them.
    tl::expected<http::Destination, std::string> destination(std::string_view target) const;

    http::Opener& opener() { return opener_; }

    // Ends the requests under way with cancelled, as it does those that come later. Then the
    // reactor turns until is_idle().
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

    static constexpr std::size_t requests_max = 16;  // under way at a time

    reactor::Reactor& reactor_;
    const std::string base_;  // the URL up to `/ari/`
    net::AddressPolicy policy_;
    net::SourceAddresses sources_;
    std::unique_ptr<net::Resolver> resolver_;
    std::shared_ptr<net::TlsContext> tls_;
    http::DestinationRules rules_;
    http::Opener opener_;
    http::Client client_;
    Seats seats_{requests_max};
    List<UnderWay> under_way_;
    bool is_closed_ = false;
};

}  // namespace pivot::switches::asterisk
