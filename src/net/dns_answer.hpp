// What a DNS message answers to its one question (RFC 1035, section 4). Pure.
#pragma once

#include "net/addresses.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pivot::net {

enum class DnsType : std::uint16_t { a = 1, aaaa = 28 };

// A longer chain of aliases is a mistake or a loop.
inline constexpr unsigned dns_links_max = 8;

struct DnsAnswer {
    Addresses addresses;      // as they came
    std::string alias;        // where the chain of aliases ends without an address; empty: nowhere
    unsigned links = 0;       // the length of the chain, dns_links_max + 1 at most
    std::uint32_t ttl_s = 0;  // the least of the chain and the addresses
};

// Starts from the name in the question and follows the CNAMEs in the answer, whatever the order of
// the records; those of other names do not count. None: the message is malformed, or its response
// code is not 0.
std::optional<DnsAnswer> parse_dns_answer(std::span<const std::uint8_t> message, DnsType type);

}  // namespace pivot::net
