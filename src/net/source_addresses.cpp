#include "net/source_addresses.hpp"

#include <fmt/format.h>

namespace pivot::net {

tl::expected<SourceAddresses, std::string> SourceAddresses::parse(
    std::span<const std::string> texts)
{
    SourceAddresses sources;
    for (const std::string& text : texts) {
        const auto ip = IpAddress::parse(text);
        if (!ip) {
            return tl::unexpected(
                fmt::format("the source address \"{}\" is not an address, such as 192.0.2.7 or "
                            "2001:db8::7",
                            text));
        }
        Turns& turns = ip->is_v4() ? sources.v4_ : sources.v6_;
        turns.addresses.push_back(*ip);
    }
    return sources;
}

const IpAddress* SourceAddresses::next(const IpAddress& target)
{
    Turns& turns = target.is_v4() ? v4_ : v6_;
    if (turns.addresses.empty()) return nullptr;
    return &turns.addresses[turns.taken++ % turns.addresses.size()];
}

}  // namespace pivot::net
