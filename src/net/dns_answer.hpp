// What a DNS message answers to its one question (RFC 1035, section 4). Pure.
#pragma once

#include "net/addresses.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pivot::net {

enum class DnsType : std::uint16_t { a = 1, aaaa = 28 };

struct DnsAnswer {
    Addresses addresses;      // as they came
    std::string alias;        // where the chain of aliases ends without an address; empty: nowhere
    bool is_loop = false;     // `alias` leads back to itself
    std::uint32_t ttl_s = 0;  // the least of the chain and the addresses
};

// Starts from the name in the question and follows the CNAMEs in the answer, however many; those of
// other names do not count. The order of the records matters only where it turns a chain round more
// than three times: then `alias` is as far as the chain was followed. Takes time in proportion to
// the message. Returns nothing if the message is malformed, or its response code is not 0.
std::optional<DnsAnswer> parse_dns_answer(std::span<const std::uint8_t> message, DnsType type);

}  // namespace pivot::net
