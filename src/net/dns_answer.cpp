#include "net/dns_answer.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include <ares.h>

namespace pivot::net {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t class_in = 1;
constexpr unsigned response_code_bits = 0x000f;
constexpr std::uint32_t ttl_s_max = 0x7fff'ffff;  // above is 0 (RFC 2181, section 8)

struct Record {
    std::string owner;
    std::uint16_t type;
    std::uint32_t ttl_s;
    Bytes data;
    std::string target;  // of a CNAME
};

// Reads a message from front to back. Each function returns false at what is cut or malformed.
class Reader {
public:
    explicit Reader(Bytes message) : message_(message) {}

    bool read(std::uint16_t& number)
    {
        Bytes bytes;
        if (!read(2, bytes)) return false;
        number = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
        return true;
    }

    bool read(std::uint32_t& number)
    {
        std::uint16_t high = 0;
        std::uint16_t low = 0;
        if (!read(high) || !read(low)) return false;
        number = std::uint32_t{high} << 16 | low;
        return true;
    }

    bool read(std::size_t size_bytes, Bytes& bytes)
    {
        if (message_.size() - at_ < size_bytes) return false;
        bytes = message_.subspan(at_, size_bytes);
        at_ += size_bytes;
        return true;
    }

    // Names are compressed: they point to earlier ones.
    bool read(std::string& name)
    {
        if (at_ == message_.size()) return false;
        char* expanded = nullptr;
        long size_bytes = 0;
        if (ares_expand_name(message_.data() + at_, message_.data(),
                             static_cast<int>(message_.size()), &expanded,
                             &size_bytes) != ARES_SUCCESS) {
            return false;
        }
        name = expanded;
        ares_free_string(expanded);
        at_ += static_cast<std::size_t>(size_bytes);
        return true;
    }

    // owner | type | class | TTL | size of the data | data
    bool read(Record& record)
    {
        std::uint16_t record_class = 0;
        std::uint16_t size_bytes = 0;
        if (!read(record.owner) || !read(record.type) || !read(record_class) ||
            !read(record.ttl_s) || !read(size_bytes)) {
            return false;
        }
        if (record_class != class_in) record.type = 0;
        if (record.ttl_s > ttl_s_max) record.ttl_s = 0;
        if (record.type != type_cname) return read(size_bytes, record.data);
        const auto end = at_ + size_bytes;
        return read(record.target) && at_ == end;
    }

private:
    const Bytes message_;
    std::size_t at_ = 0;
};

char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other, {}, to_lower, to_lower);
}

std::optional<IpAddress> address_in(Bytes data, DnsType type)
{
    if (type == DnsType::a && data.size() == 4) return IpAddress::v4(data.first<4>());
    if (type == DnsType::aaaa && data.size() == 16) return IpAddress::v6(data.first<16>());
    return std::nullopt;
}

// None: one of them is malformed.
std::optional<std::vector<Record>> read_records(Bytes message, std::string& asked_name)
{
    Reader reader(message);
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::uint16_t questions = 0;
    std::uint16_t answers = 0;
    Bytes other_counts;
    Bytes type_and_class;
    if (!reader.read(id) || !reader.read(flags) || !reader.read(questions) ||
        !reader.read(answers) || !reader.read(4, other_counts) || questions != 1 ||
        (flags & response_code_bits) != 0 || !reader.read(asked_name) ||
        !reader.read(4, type_and_class)) {
        return std::nullopt;
    }
    std::vector<Record> records;
    for (unsigned i = 0; i < answers; ++i) {
        Record record;
        if (!reader.read(record)) return std::nullopt;
        records.push_back(std::move(record));
    }
    return records;
}

}  // namespace

std::optional<DnsAnswer> parse_dns_answer(Bytes message, DnsType type)
{
    std::string name;
    const auto records = read_records(message, name);
    if (!records) return std::nullopt;

    DnsAnswer answer;
    answer.ttl_s = std::numeric_limits<std::uint32_t>::max();
    while (true) {
        const Record* alias = nullptr;
        for (const Record& record : *records) {
            if (!is_same_name(record.owner, name)) continue;
            if (record.type == type_cname) alias = &record;
            if (record.type != static_cast<std::uint16_t>(type)) continue;
            const auto address = address_in(record.data, type);
            if (!address) return std::nullopt;
            answer.addresses.add(*address);
            answer.ttl_s = std::min(answer.ttl_s, record.ttl_s);
        }
        if (!answer.addresses.empty()) return answer;
        if (alias == nullptr || answer.links > dns_links_max) break;
        ++answer.links;
        answer.ttl_s = std::min(answer.ttl_s, alias->ttl_s);
        name = alias->target;
    }
    if (answer.links > 0) answer.alias = name;
    return answer;
}

}  // namespace pivot::net
