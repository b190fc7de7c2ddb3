// DNS messages (RFC 1035) as a server sees them: the question it reads, the answers it writes, and
// the ways in which it may lie.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::test {

enum class DnsType : std::uint16_t { a = 1, cname = 5, soa = 6, aaaa = 28 };

enum class DnsReply {
    records,   // what the answer holds; without addresses and aliases: no data
    nxdomain,  // with an SOA record for negative caching (RFC 2308)
    servfail,
    refused,
    silence,
    truncated,       // over UDP the TC bit and no records; the records over TCP
    wrong_id,        // the identifier of another query
    wrong_question,  // an answer to a question that was not asked
    wrong_owner,     // records that belong to another name
    loop,            // a record whose name is a compression pointer to itself
    garbage,         // after a good header
};

// How one name and type is answered.
struct DnsAnswer {
    std::vector<std::string> addresses = {};  // IPv4 or IPv6, as the type asks
    std::vector<std::string> aliases = {};    // a chain of CNAMEs; the addresses are the last one's
    std::uint32_t ttl_s = 60;
    std::chrono::milliseconds delay{0};
    DnsReply reply = DnsReply::records;
};

struct DnsQuestion {
    std::uint16_t id = 0;
    std::string name;  // lower case, no dot at the end
    DnsType type = DnsType::a;
    std::string bytes;  // the question section, letter case as it came
};

enum class DnsTransport { udp, tcp };

// Returns nothing unless the message is a query with one question.
std::optional<DnsQuestion> parse_dns_query(std::string_view message);

// Empty for silence.
std::string dns_response(const DnsQuestion& question, const DnsAnswer& answer,
                         DnsTransport transport);

}  // namespace pivot::test
