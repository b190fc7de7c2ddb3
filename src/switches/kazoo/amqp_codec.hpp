// AMQP 0-9-1 as bytes. librabbitmq knows the methods and their fields; this file knows frames, and
// does no I/O.
//
//     frame:    type (1)  channel (2)  size (4)  payload …  0xCE
//     content:  method frame, header frame (class, size, properties), body frames
#pragma once

#include "switches/kazoo/librabbitmq.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::kazoo {

// What we propose and accept. AMQP's minimum is 4096.
inline constexpr std::size_t frame_bytes_max = 128 * 1024;

inline amqp_bytes_t amqp_text(std::string_view text)
{
    return {text.size(), const_cast<char*>(text.data())};
}

inline std::string_view text_of(const amqp_bytes_t& bytes)
{
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}

struct AmqpFrame {
    enum class Type : std::uint8_t { method = 1, header = 2, body = 3, heartbeat = 8 };

    Type type = Type::heartbeat;
    std::uint16_t channel = 0;
    std::string_view payload;
};

// A method, as one of librabbitmq's structs: `as<amqp_basic_deliver_t>()`.
struct AmqpMethod {
    amqp_method_number_t id = 0;
    const void* fields = nullptr;

    template <typename Fields>
    const Fields& as() const
    {
        return *static_cast<const Fields*>(fields);
    }
};

struct AmqpContentHeader {
    std::uint64_t body_bytes = 0;
    const amqp_basic_properties_t* properties = nullptr;
};

class AmqpReader {
public:
    template <typename Read>
    using Result = tl::expected<Read, std::string>;

    AmqpReader();
    AmqpReader(const AmqpReader&) = delete;
    AmqpReader& operator=(const AmqpReader&) = delete;
    ~AmqpReader();

    // Frames are valid until the next call.
    void feed(std::string_view bytes);

    // The next frame; nothing if more bytes are needed. Each error is a sentence, after which
    // nothing more can be read.
    Result<std::optional<AmqpFrame>> next();

    // The result is valid until the next frame.
    Result<AmqpMethod> method(std::string_view payload);
    Result<AmqpContentHeader> content_header(std::string_view payload);

private:
    std::string bytes_;
    std::size_t read_bytes_ = 0;  // of `bytes_`
    amqp_pool_t pool_;
};

// `fields` is the struct of this method. Its longest texts take `text_bytes` in all.
void append_method(std::string& out, std::uint16_t channel, amqp_method_number_t id, void* fields,
                   std::size_t text_bytes = 0);

template <typename Fields>
void append_method(std::string& out, std::uint16_t channel, amqp_method_number_t id, Fields fields,
                   std::size_t text_bytes = 0)
{
    append_method(out, channel, id, static_cast<void*>(&fields), text_bytes);
}

// The content of a basic.publish. No frame is longer than `frame_bytes_max`.
void append_content(std::string& out, std::uint16_t channel,
                    const amqp_basic_properties_t& properties, std::size_t properties_bytes_max,
                    std::string_view body, std::size_t frame_bytes_max);

void append_heartbeat(std::string& out);

}  // namespace pivot::switches::kazoo
