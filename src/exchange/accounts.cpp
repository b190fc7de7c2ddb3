#include "exchange/accounts.hpp"

#include "base/pass_on.hpp"

#include <fmt/format.h>

namespace pivot::exchange {

tl::expected<std::shared_ptr<Accounts>, std::string> Accounts::open(
    std::shared_ptr<const Settings> settings)
{
    std::shared_ptr<Accounts> opened(new Accounts(std::move(settings)));
    const Settings& own = opened->settings();
    auto shared = open_tls(own.config().tls);
    if (!shared) return pass_on(shared);
    opened->tls_ = std::move(*shared);
    auto others = Account::open(own, own.other_accounts(), *opened->tls_);
    if (!others) return pass_on(others);
    opened->others_ = std::move(*others);
    for (const auto& [id, profile] : own.accounts()) {
        auto account = Account::open(own, profile, *opened->tls_);
        if (!account) return tl::unexpected(fmt::format("account {}: {}", id, account.error()));
        opened->accounts_.emplace(id, std::move(*account));
    }
    return opened;
}

Account& Accounts::find(std::string_view account_id)
{
    const auto known = accounts_.find(account_id);
    return known == accounts_.end() ? *others_ : *known->second;
}

}  // namespace pivot::exchange
