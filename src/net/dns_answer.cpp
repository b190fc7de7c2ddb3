#include "net/dns_answer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>

#include <ares.h>

namespace pivot::net {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t class_in = 1;
constexpr unsigned response_code_bits = 0x000f;
constexpr std::uint32_t ttl_s_max = 0x7fff'ffff;  // larger ones are 0 (RFC 2181, section 8)
constexpr std::size_t name_bytes_max = 255;       // RFC 1035, section 2.3.4
constexpr unsigned pointers_max = 16;             // per name; a good server writes one

// Servers write a chain in order, which takes one pass. Shuffled records take more, at most this
// many.
constexpr unsigned passes_max = 4;

// The offset of a name in the message that has been read. A name goes on, label by label, to a
// zero, or to a pointer, from which it goes on at an earlier offset (section 4.1.4):
//
//     1 'a' │ 7 'e' 'x' 'a' 'm' 'p' 'l' 'e' │ 0            size │ bytes
//     1 'b' │ 0xc0 14                                      pointer: two bits, then 14 of an offset
using Name = std::size_t;

constexpr std::uint8_t pointer_bits = 0xc0;

bool is_pointer(std::uint8_t size)
{
    return (size & pointer_bits) == pointer_bits;
}

std::size_t target_of(Bytes message, std::size_t pointer)
{
    return static_cast<std::size_t>(message[pointer] & ~pointer_bits) << 8 | message[pointer + 1];
}

// The offset of the first label of `name`.
std::size_t first_label(Bytes message, Name name)
{
    while (is_pointer(message[name])) name = target_of(message, name);
    return name;
}

bool is_same_name(Bytes message, Name one, Name other)
{
    while (true) {
        one = first_label(message, one);
        other = first_label(message, other);
        if (one == other) return true;
        const std::size_t size_bytes = message[one];
        if (message[other] != size_bytes) return false;
        if (size_bytes == 0) return true;
        const auto label = [&](Name name) {
            return std::string_view(reinterpret_cast<const char*>(&message[name + 1]), size_bytes);
        };
        if (!equals_ignoring_case(label(one), label(other))) return false;
        one += 1 + size_bytes;
        other += 1 + size_bytes;
    }
}

struct Record {
    Name owner = 0;
    std::uint16_t type = 0;
    std::uint32_t ttl_s = 0;
    Bytes data;
    Name target = 0;  // of a CNAME
};

// Reads a message from front to back. Each function returns false if the message is cut or
// malformed.
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

    bool read_name(Name& name)
    {
        name = at_;
        std::size_t end = 0;         // after the name's own bytes; 0 before the first pointer
        std::size_t begin = at_;     // the first label since the last pointer
        std::size_t size_bytes = 1;  // of the whole name, with its zero
        unsigned pointers = 0;
        for (std::size_t at = at_; at < message_.size();) {
            const std::uint8_t size = message_[at];
            if (is_pointer(size)) {
                if (message_.size() - at < 2) return false;
                if (end == 0) end = at + 2;
                at = target_of(message_, at);
                if (at >= begin || ++pointers > pointers_max) return false;  // so the name ends
                begin = at;
                continue;
            }
            size_bytes += size == 0 ? 0 : 1 + std::size_t{size};
            if ((size & pointer_bits) != 0 || size_bytes > name_bytes_max) return false;
            at += 1 + std::size_t{size};
            if (size != 0) continue;
            at_ = end == 0 ? at : end;
            return true;
        }
        return false;
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

// A message up to its answers. Records are not kept but read again.
class Message {
public:
    // Returns nothing if it is cut or malformed, or if its response code is not 0.
    static std::optional<Message> read(Bytes bytes)
    {
        Message message(bytes);
        Reader& reader = message.answers_;
        std::uint16_t id = 0;
        std::uint16_t flags = 0;
        std::uint16_t questions = 0;
        Bytes other_counts;
        Bytes type_and_class;
        if (!reader.read(id) || !reader.read(flags) || !reader.read(questions) ||
            !reader.read(message.count_) || !reader.read(4, other_counts) || questions != 1 ||
            (flags & response_code_bits) != 0 || !reader.read_name(message.asked_) ||
            !reader.read(4, type_and_class) || !message.each_answer([](const Record&) {})) {
            return std::nullopt;
        }
        return message;
    }

    Name asked() const { return asked_; }
    std::size_t count() const { return count_; }

    // Returns false if one of them is malformed.
    bool each_answer(auto take) const
    {
        Reader reader(answers_);
        for (unsigned i = 0; i < count_; ++i) {
            Record record;
            if (!reader.read(record)) return false;
            take(record);
        }
        return true;
    }

private:
    explicit Message(Bytes bytes) : answers_(bytes) {}

    Reader answers_;  // at the first of them
    std::uint16_t count_ = 0;
    Name asked_ = 0;
};

std::optional<IpAddress> address_in(Bytes data, DnsType type)
{
    if (type == DnsType::a && data.size() == 4) return IpAddress::v4(data.first<4>());
    if (type == DnsType::aaaa && data.size() == 16) return IpAddress::v6(data.first<16>());
    return std::nullopt;
}

// The name with dots, and with escapes for characters that no host name has. Returns nothing if
// c-ares rejects it.
std::optional<std::string> to_text(Bytes message, Name name)
{
    char* expanded = nullptr;
    long size_bytes = 0;
    if (ares_expand_name(message.data() + name, message.data(), static_cast<int>(message.size()),
                         &expanded, &size_bytes) != ARES_SUCCESS) {
        return std::nullopt;
    }
    std::string text = expanded;
    ares_free_string(expanded);
    return text;
}

// Follows the chain from the question as far as the records go.
class Follower {
public:
    Follower(Bytes bytes, const Message& message, DnsType type)
        : bytes_(bytes), message_(message), type_(type), name_(message.asked())
    {
        answer.ttl_s = std::numeric_limits<std::uint32_t>::max();
    }

    // Returns false if an address is malformed.
    bool follow()
    {
        bool has_moved = true;
        for (unsigned pass = 0; pass < passes_max && has_moved; ++pass) {
            const std::size_t links = links_;
            message_.each_answer([this](const Record& record) { take(record); });
            has_moved = links_ > links && answer.addresses.empty() && !answer.is_loop;
        }
        return !is_malformed_;
    }

    bool has_followed() const { return links_ > 0; }
    Name name() const { return name_; }

    DnsAnswer answer;

private:
    void take(const Record& record)
    {
        const bool is_alias = record.type == type_cname;
        const bool is_address = record.type == static_cast<std::uint16_t>(type_);
        if ((!is_alias && !is_address) || answer.is_loop) return;
        if (!is_same_name(bytes_, record.owner, name_)) return;
        if (is_address) {
            add(record);
        } else if (answer.addresses.empty()) {
            name_ = record.target;
            answer.is_loop =
                ++links_ > message_.count();  // more links than records: one was followed twice
            answer.ttl_s = std::min(answer.ttl_s, record.ttl_s);
        }
    }

    void add(const Record& record)
    {
        const auto address = address_in(record.data, type_);
        is_malformed_ |= !address.has_value();
        if (!address) return;
        answer.addresses.add(*address);
        answer.ttl_s = std::min(answer.ttl_s, record.ttl_s);
    }

    const Bytes bytes_;
    const Message& message_;
    const DnsType type_;
    Name name_;
    std::size_t links_ = 0;
    bool is_malformed_ = false;
};

}  // namespace

std::optional<DnsAnswer> parse_dns_answer(Bytes bytes, DnsType type)
{
    const auto message = Message::read(bytes);
    if (!message) return std::nullopt;
    Follower follower(bytes, *message, type);
    if (!follower.follow()) return std::nullopt;
    DnsAnswer& answer = follower.answer;
    if (!answer.addresses.empty() || !follower.has_followed()) return std::move(answer);
    auto text = to_text(bytes, follower.name());
    if (!text) return std::nullopt;
    answer.alias = std::move(*text);
    return std::move(answer);
}

}  // namespace pivot::net
