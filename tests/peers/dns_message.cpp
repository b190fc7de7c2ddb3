#include "peers/dns_message.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <arpa/inet.h>

namespace pivot::test {

namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t pointer_bits = 0xc000;

// A response, to a query that desired recursion, from a server that offers it.
constexpr std::uint16_t response_bits = 0x8180;
constexpr std::uint16_t truncation_bit = 0x0200;

std::string number16(std::uint16_t number)
{
    return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

std::string number32(std::uint32_t number)
{
    return number16(static_cast<std::uint16_t>(number >> 16)) +
           number16(static_cast<std::uint16_t>(number & 0xffff));
}

std::uint16_t read16(std::string_view bytes, std::size_t at)
{
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                      static_cast<unsigned char>(bytes[at + 1]));
}

// "a.example" as labels, each after its length.
std::string labels(std::string_view name)
{
    std::string bytes;
    while (!name.empty()) {
        const auto label = name.substr(0, name.find('.'));
        bytes.append(1, static_cast<char>(label.size())).append(label);
        name.remove_prefix(std::min(label.size() + 1, name.size()));
    }
    return bytes + '\0';
}

//  id | flags | questions | answers | authorities | additionals
std::string header(std::uint16_t id, unsigned flags, std::uint16_t answers,
                   std::uint16_t authorities = 0)
{
    return number16(id) + number16(static_cast<std::uint16_t>(response_bits | flags)) +
           number16(1) + number16(answers) + number16(authorities) + number16(0);
}

//  owner | type | class | TTL | size of the data | data
std::string record(std::string_view owner, DnsType type, std::uint32_t ttl_s, std::string_view data)
{
    std::string bytes{owner};
    bytes += number16(static_cast<std::uint16_t>(type)) + number16(class_in) + number32(ttl_s);
    bytes += number16(static_cast<std::uint16_t>(data.size()));
    return bytes.append(data);
}

std::string address_bytes(const std::string& address, DnsType type)
{
    std::array<char, sizeof(in6_addr)> bytes{};
    const bool is_v6 = type == DnsType::aaaa;
    if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) {
        throw std::invalid_argument("not an address of the type asked for: " + address);
    }
    return {bytes.data(), is_v6 ? sizeof(in6_addr) : sizeof(in_addr)};
}

// The aliases, each the owner of the next, then the addresses under the last of them.
std::string records(const DnsQuestion& question, const DnsAnswer& answer, std::string owner)
{
    std::string bytes;
    for (const auto& alias : answer.aliases) {
        bytes += record(owner, DnsType::cname, answer.ttl_s, labels(alias));
        owner = labels(alias);
    }
    for (const auto& address : answer.addresses) {
        bytes += record(owner, question.type, answer.ttl_s, address_bytes(address, question.type));
    }
    return bytes;
}

std::string start_of_authority(std::uint32_t ttl_s)
{
    const auto serial_refresh_retry_expire =
        number32(1) + number32(3600) + number32(600) + number32(86400);
    return record(labels(""), DnsType::soa, ttl_s,
                  labels("ns.invalid") + labels("hostmaster.invalid") +
                      serial_refresh_retry_expire + number32(ttl_s));
}

std::string refusal(const DnsQuestion& question, unsigned response_code)
{
    return header(question.id, response_code, 0) + question.bytes;
}

}  // namespace

std::optional<DnsQuestion> parse_dns_query(std::string_view message)
{
    if (message.size() < header_size || read16(message, 4) != 1) return std::nullopt;

    DnsQuestion question;
    question.id = read16(message, 0);
    auto at = header_size;
    while (at < message.size() && message[at] != 0) {
        const auto size = static_cast<unsigned char>(message[at]);
        const auto label = message.substr(at + 1, size);
        if (size > 63 || label.size() < size) return std::nullopt;
        if (!question.name.empty()) question.name += '.';
        for (const char letter : label) {
            question.name +=
                letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
        }
        at += 1 + label.size();
    }
    const auto end = at + 1 + 4;  // the root, the type and the class
    if (message.size() < end) return std::nullopt;
    question.type = static_cast<DnsType>(read16(message, at + 1));
    question.bytes = message.substr(header_size, end - header_size);
    return question;
}

std::string dns_response(const DnsQuestion& question, const DnsAnswer& answer,
                         DnsTransport transport)
{
    constexpr std::uint16_t question_at = header_size;
    const auto asked_name = number16(pointer_bits | question_at);
    const auto asked = records(question, answer, asked_name);
    const auto count = static_cast<std::uint16_t>(answer.aliases.size() + answer.addresses.size());

    switch (answer.reply) {
        case DnsReply::silence:
            return "";
        case DnsReply::servfail:
            return refusal(question, 2);
        case DnsReply::refused:
            return refusal(question, 5);
        case DnsReply::nxdomain:
            return header(question.id, 3, 0, 1) + question.bytes + start_of_authority(answer.ttl_s);
        case DnsReply::truncated:
            if (transport == DnsTransport::udp) {
                return header(question.id, truncation_bit, 0) + question.bytes;
            }
            break;
        case DnsReply::wrong_id:
            return header(question.id ^ 0x5555, 0, count) + question.bytes + asked;
        case DnsReply::wrong_question: {
            const auto type_and_class = question.bytes.substr(question.bytes.size() - 4);
            return header(question.id, 0, count) + labels("other.invalid") + type_and_class + asked;
        }
        case DnsReply::wrong_owner:
            return header(question.id, 0, count) + question.bytes +
                   records(question, answer, labels("other.invalid"));
        case DnsReply::loop: {
            const auto here = static_cast<std::uint16_t>(header_size + question.bytes.size());
            return header(question.id, 0, count) + question.bytes +
                   records(question, answer, number16(pointer_bits | here));
        }
        case DnsReply::garbage:
            return header(question.id, 0, 1) + std::string(40, '\xff');
        case DnsReply::records:
            break;
    }
    if (count == 0) {
        return header(question.id, 0, 0, 1) + question.bytes + start_of_authority(answer.ttl_s);
    }
    return header(question.id, 0, count) + question.bytes + asked;
}

}  // namespace pivot::test
