// The first address that is read from a message is one that c-ares finds in it, too, and a chain of
// aliases ends. Of addresses after an alias of the same name, which RFC 1034 does not allow
// (section 3.6.2), c-ares takes none.
#include "net/dns_answer.hpp"

#include "fuzz.hpp"

#include <algorithm>
#include <vector>

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>

namespace pivot::fuzz {
namespace {

// Those that c-ares finds in an answer to a question for A records; none where it refuses it.
std::vector<std::string> found_by_ares(std::span<const std::uint8_t> message)
{
    ares_addrttl found[64];
    int count = 64;
    if (ares_parse_a_reply(message.data(), static_cast<int>(message.size()), nullptr, found,
                           &count) != ARES_SUCCESS) {
        return {};
    }
    std::vector<std::string> addresses;
    for (int i = 0; i < count; ++i) {
        char text[INET_ADDRSTRLEN];
        addresses.emplace_back(inet_ntop(AF_INET, &found[i].ipaddr, text, sizeof text));
    }
    return addresses;
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    const std::vector<std::uint8_t> message(data, data + size_bytes);
    pivot::net::parse_dns_answer(message, pivot::net::DnsType::aaaa);
    const auto answer = pivot::net::parse_dns_answer(message, pivot::net::DnsType::a);
    if (!answer) return 0;
    require(!answer->is_loop || answer->addresses.empty(), "a loop leads to no address");
    const auto expected = found_by_ares(message);
    if (expected.empty() || expected.size() == 64) return 0;
    if (answer->addresses.empty()) return 0;
    const std::string first = answer->addresses.begin()->to_text();
    require(std::ranges::find(expected, first) != expected.end(), "an address that c-ares finds");
    return 0;
}
