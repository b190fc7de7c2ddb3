#include "net/dns_answer.hpp"

#include "base/text.hpp"
#include "net/name_map.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include <ares.h>

namespace pivot::net {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t class_in = 1;
constexpr unsigned response_code_bits = 0x000f;
constexpr std::uint32_t ttl_s_max = 0x7fff'ffff;  // above is 0 (RFC 2181, section 8)
constexpr std::uint32_t ttl_s_none = std::numeric_limits<std::uint32_t>::max();

// Names are in lower case, with dots, and with escapes for what no host name has.
struct Record {
    std::string owner;
    std::uint16_t type = 0;
    std::uint32_t ttl_s = 0;
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

    // A name of 255 bytes at most, in 50 parts at most: c-ares sees to both.
    bool read_name(std::string& name)
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
        std::ranges::transform(name, name.begin(), lower);
        at_ += static_cast<std::size_t>(size_bytes);
        return true;
    }

    // owner | type | class | TTL | size of the data | data
    bool read(Record& record)
    {
        std::uint16_t record_class = 0;
        std::uint16_t size_bytes = 0;
        if (!read_name(record.owner) || !read(record.type) || !read(record_class) ||
            !read(record.ttl_s) || !read(size_bytes)) {
            return false;
        }
        if (record_class != class_in) record.type = 0;
        if (record.ttl_s > ttl_s_max) record.ttl_s = 0;
        if (record.type != type_cname) return read(size_bytes, record.data);
        const auto end = at_ + size_bytes;
        return read_name(record.target) && at_ == end;
    }

private:
    const Bytes message_;
    std::size_t at_ = 0;
};

// What the answers say of one name.
struct Named {
    Addresses addresses;
    std::uint32_t addresses_ttl_s = ttl_s_none;
    std::string alias;
    std::uint32_t alias_ttl_s = 0;
    bool was_met = false;  // on the way from the question
};

std::optional<IpAddress> address_in(Bytes data, DnsType type)
{
    if (type == DnsType::a && data.size() == 4) return IpAddress::v4(data.first<4>());
    if (type == DnsType::aaaa && data.size() == 16) return IpAddress::v6(data.first<16>());
    return std::nullopt;
}

// The question and all answers of one message.
class Message {
public:
    explicit Message(DnsType type) : type_(type) {}

    // False: the message is cut or malformed, or its response code is not 0.
    bool read(Bytes bytes)
    {
        Reader reader(bytes);
        std::uint16_t id = 0;
        std::uint16_t flags = 0;
        std::uint16_t questions = 0;
        std::uint16_t answers = 0;
        Bytes other_counts;
        Bytes type_and_class;
        if (!reader.read(id) || !reader.read(flags) || !reader.read(questions) ||
            !reader.read(answers) || !reader.read(4, other_counts) || questions != 1 ||
            (flags & response_code_bits) != 0 || !reader.read_name(asked_) ||
            !reader.read(4, type_and_class)) {
            return false;
        }
        for (unsigned i = 0; i < answers; ++i) {
            Record record;
            if (!reader.read(record) || !take(record)) return false;
        }
        return true;
    }

    DnsAnswer follow()
    {
        DnsAnswer answer;
        answer.ttl_s = ttl_s_none;
        std::string name = asked_;
        for (auto found = names_.find(name); found != names_.end(); found = names_.find(name)) {
            Named& named = found->second;
            if (!named.addresses.empty()) {
                answer.addresses = named.addresses;
                answer.ttl_s = std::min(answer.ttl_s, named.addresses_ttl_s);
                return answer;
            }
            if (std::exchange(named.was_met, true)) {
                answer.is_loop = true;
                break;
            }
            answer.ttl_s = std::min(answer.ttl_s, named.alias_ttl_s);
            name = named.alias;
        }
        if (answer.ttl_s != ttl_s_none) answer.alias = std::move(name);
        return answer;
    }

private:
    bool take(Record& record)
    {
        if (record.type == type_cname) {
            Named& named = names_[record.owner];
            named.alias = std::move(record.target);
            named.alias_ttl_s = record.ttl_s;
        } else if (record.type == static_cast<std::uint16_t>(type_)) {
            const auto address = address_in(record.data, type_);
            if (!address) return false;
            Named& named = names_[record.owner];
            named.addresses.add(*address);
            named.addresses_ttl_s = std::min(named.addresses_ttl_s, record.ttl_s);
        }
        return true;
    }

    const DnsType type_;
    std::string asked_;
    NameMap<Named> names_;
};

}  // namespace

std::optional<DnsAnswer> parse_dns_answer(Bytes bytes, DnsType type)
{
    Message message(type);
    if (!message.read(bytes)) return std::nullopt;
    return message.follow();
}

}  // namespace pivot::net
