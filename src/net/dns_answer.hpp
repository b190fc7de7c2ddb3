// What a DNS message answers to its one question (RFC 1035, section 4). Pure.
//
// c-ares has parsers for this, too, but 1.18 expands compressed names without a bound, so an answer
// of 64 KB could hold a reactor for seconds. This reader limits the pointers of a name and the
// passes over a message.
#pragma once

#include "net/addresses.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pivot::net {

enum class DnsType : std::uint16_t { a = 1, aaaa = 28 };

struct DnsAnswer {
    Addresses addresses;      // in the order of the message
    std::string alias;        // the end of a chain of aliases without an address; else empty
    bool is_loop = false;     // `alias` leads back to itself
    std::uint32_t ttl_s = 0;  // the least TTL of the chain and the addresses
};

// Starts from the name in the question and follows the CNAMEs in the answer, however many; records
// of other names are ignored. The order of the records matters only if it reverses a chain more
// than three times: then `alias` is as far as the chain was followed. Takes time in proportion to
// the message. Returns nothing if the message is malformed, or its response code is not 0.
std::optional<DnsAnswer> parse_dns_answer(std::span<const std::uint8_t> message, DnsType type);

}  // namespace pivot::net
