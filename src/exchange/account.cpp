#include "exchange/account.hpp"

#include "base/pass_on.hpp"

#include <utility>

namespace pivot::exchange {

tl::expected<std::shared_ptr<net::TlsContext>, std::string> open_tls(const EngineConfig::Tls& tls)
{
    return net::TlsContext::open({.ca_file = tls.ca_file,
                                  .ca_directory = tls.ca_directory,
                                  .certificate_file = tls.certificate_file,
                                  .private_key_file = tls.private_key_file,
                                  .verify = tls.verify});
}

tl::expected<std::unique_ptr<Account>, std::string> Account::open(const Settings& settings,
                                                                  const AccountProfile& profile,
                                                                  net::TlsContext& shared)
{
    std::shared_ptr<net::TlsContext> own;
    if (profile.tls) {
        auto opened = open_tls(*profile.tls);
        if (!opened) return pass_on(opened);
        own = std::move(*opened);
    }
    auto rules = settings.rules_of(profile, own ? *own : shared);
    return std::unique_ptr<Account>(
        new Account(settings, profile, std::move(own), std::move(rules)));
}

Account::Account(const Settings& settings, const AccountProfile& profile,
                 std::shared_ptr<net::TlsContext> tls, http::DestinationRules rules)
    : settings_(settings),
      profile_(profile),
      tls_(std::move(tls)),
      rules_(std::move(rules)),
      destinations_(rules_)
{
}

}  // namespace pivot::exchange
