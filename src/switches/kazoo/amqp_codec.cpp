#include "switches/kazoo/amqp_codec.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using Error = tl::unexpected<std::string>;

constexpr std::size_t head_bytes = 7;
constexpr std::size_t end_bytes = 1;
constexpr char frame_end = '\xCE';

// The part of a content header before its properties: class, weight, body size.
constexpr std::size_t content_bytes = 12;

constexpr std::size_t pool_page_bytes = 4096;

// A method without tables has at most five short strings and some numbers.
constexpr std::size_t method_bytes_max = 2048;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size)
{
    std::uint64_t number = 0;
    for (const char c : bytes.substr(at, size))
        number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

void append_number(std::string& out, std::uint64_t number, std::size_t size)
{
    while (size-- > 0) out += static_cast<char>(number >> (8 * size) & 0xff);
}

// finish_frame() writes the size.
std::size_t begin_frame(std::string& out, AmqpFrame::Type type, std::uint16_t channel)
{
    append_number(out, static_cast<std::uint64_t>(type), 1);
    append_number(out, channel, 2);
    append_number(out, 0, 4);
    return out.size();
}

void finish_frame(std::string& out, std::size_t payload_at)
{
    constexpr std::size_t size_bytes = 4;
    const std::size_t size = out.size() - payload_at;
    for (std::size_t i = 0; i < size_bytes; ++i) {
        out[payload_at - size_bytes + i] = static_cast<char>(size >> (8 * (3 - i)) & 0xff);
    }
    out += frame_end;
}

// Appends what `encode(room)` writes, which returns the number of bytes, or a negative number.
template <typename Encode>
void append_encoded(std::string& out, std::size_t bytes_max, Encode encode)
{
    std::array<char, method_bytes_max> room;  // most need no more
    std::string more(bytes_max > room.size() ? bytes_max : 0, '\0');
    char* const to = more.empty() ? room.data() : more.data();
    const int bytes = encode(amqp_bytes_t{bytes_max, to});
    assert(bytes >= 0);
    out.append(to, static_cast<std::size_t>(std::max(bytes, 0)));
}

}  // namespace

AmqpReader::AmqpReader()
{
    init_amqp_pool(&pool_, pool_page_bytes);
}

AmqpReader::~AmqpReader()
{
    empty_amqp_pool(&pool_);
}

void AmqpReader::feed(std::string_view bytes)
{
    bytes_.erase(0, read_bytes_);
    read_bytes_ = 0;
    bytes_ += bytes;
}

AmqpReader::Result<std::optional<AmqpFrame>> AmqpReader::next()
{
    recycle_amqp_pool(&pool_);
    const std::string_view rest = std::string_view(bytes_).substr(read_bytes_);
    if (rest.starts_with("AMQP")) return Error("it speaks another version of AMQP");
    if (rest.size() < head_bytes) return std::nullopt;
    AmqpFrame frame;
    const std::uint64_t type = number_at(rest, 0, 1);
    const std::uint64_t size = number_at(rest, 3, 4);
    const bool is_known = (type >= 1 && type <= 3) || type == 8;
    if (!is_known) return Error(fmt::format("the peer does not speak AMQP: frame type {}", type));
    if (size > frame_bytes_max) return Error(fmt::format("it sent a frame of {} bytes", size));
    if (rest.size() < head_bytes + size + end_bytes) return std::nullopt;
    if (rest[head_bytes + size] != frame_end) return Error("it sent a frame without an end");
    frame.type = static_cast<AmqpFrame::Type>(type);
    frame.channel = static_cast<std::uint16_t>(number_at(rest, 1, 2));
    frame.payload = rest.substr(head_bytes, size);
    read_bytes_ += head_bytes + size + end_bytes;
    return frame;
}

AmqpReader::Result<AmqpMethod> AmqpReader::method(std::string_view payload)
{
    constexpr std::size_t id_bytes = 4;
    if (payload.size() < id_bytes) return Error("it sent a method that is cut short");
    AmqpMethod method;
    method.id = static_cast<amqp_method_number_t>(number_at(payload, 0, id_bytes));
    void* fields = nullptr;
    const int status =
        amqp_decode_method(method.id, &pool_, amqp_text(payload.substr(id_bytes)), &fields);
    if (status < 0) {
        return Error(fmt::format("it sent a method 0x{:08x} that cannot be read: {}", method.id,
                                 amqp_error_string2(status)));
    }
    method.fields = fields;
    return method;
}

AmqpReader::Result<AmqpContentHeader> AmqpReader::content_header(std::string_view payload)
{
    if (payload.size() < content_bytes) return Error("it sent a content header that is cut short");
    AmqpContentHeader header;
    header.body_bytes = number_at(payload, 4, 8);
    void* properties = nullptr;
    const int status = amqp_decode_properties(
        AMQP_BASIC_CLASS, &pool_, amqp_text(payload.substr(content_bytes)), &properties);
    if (number_at(payload, 0, 2) != AMQP_BASIC_CLASS || status < 0) {
        return Error("it sent a content header that cannot be read");
    }
    header.properties = static_cast<const amqp_basic_properties_t*>(properties);
    return header;
}

void append_method(std::string& out, std::uint16_t channel, amqp_method_number_t id, void* fields,
                   std::size_t text_bytes)
{
    const std::size_t payload = begin_frame(out, AmqpFrame::Type::method, channel);
    append_number(out, id, 4);
    append_encoded(out, method_bytes_max + text_bytes,
                   [&](amqp_bytes_t room) { return amqp_encode_method(id, fields, room); });
    finish_frame(out, payload);
}

void append_content(std::string& out, std::uint16_t channel,
                    const amqp_basic_properties_t& properties, std::size_t properties_bytes_max,
                    std::string_view body, std::size_t frame_bytes_max)
{
    const std::size_t payload = begin_frame(out, AmqpFrame::Type::header, channel);
    append_number(out, AMQP_BASIC_CLASS, 2);
    append_number(out, 0, 2);
    append_number(out, body.size(), 8);
    amqp_basic_properties_t written = properties;
    append_encoded(out, properties_bytes_max, [&](amqp_bytes_t room) {
        return amqp_encode_properties(AMQP_BASIC_CLASS, &written, room);
    });
    finish_frame(out, payload);
    const std::size_t piece_bytes_max = frame_bytes_max - head_bytes - end_bytes;
    while (!body.empty()) {
        const std::string_view piece = body.substr(0, piece_bytes_max);
        const std::size_t at = begin_frame(out, AmqpFrame::Type::body, channel);
        out += piece;
        finish_frame(out, at);
        body.remove_prefix(piece.size());
    }
}

void append_heartbeat(std::string& out)
{
    finish_frame(out, begin_frame(out, AmqpFrame::Type::heartbeat, 0));
}

}  // namespace pivot::switches::kazoo
