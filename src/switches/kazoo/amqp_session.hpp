// One connection to a broker as a protocol: bytes that arrive, bytes to send, and no I/O.
//
//     greet ─► open ─► channel ─► exchanges, queues, prefetch, confirms ─► opened ─► consume
//                         ▲                      │ 406: it is there with other arguments
//                         └── it is as it is ────┘
//
// There are two queues: that of requests, which all pivots share, and one of our own for responses
// and the events of calls, which the broker deletes with the connection.
//
// One channel carries all: what is published on it is confirmed in order, and an acknowledgement
// written after a reply arrives after it.
#pragma once

#include "switches/kazoo/amqp_codec.hpp"
#include "switches/kazoo/broker.hpp"
#include "switches/kazoo/bus.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::switches::kazoo {

struct AmqpSessionSettings {
    std::string name = "pivot";  // shown by the broker's tools
    unsigned prefetch = 100;
    bool consumes = true;  // at first

    // Our own queue, which gets a copy of each request. Nothing else is declared then, so the user
    // needs no permission to write to anything else. If it is empty, requests are taken from
    // KAZOO's queue.
    std::string watched_queue = {};
};

class AmqpSession final : public Bus {
public:
    // `has_output` is called when there is new output to send.
    AmqpSession(const Broker& broker, const AmqpSessionSettings& settings, BusListener& listener,
                std::function<void()> has_output);

    // The error is a sentence, after which the connection is useless.
    using Done = tl::expected<void, std::string>;
    Done receive(std::string_view bytes);

    // Valid until the next call.
    std::string_view take_output();

    std::uint64_t publish(const Publication& publication) override;
    void acknowledge(std::uint64_t tag) override;
    const std::string& queue() const override { return own_queue_; }
    void bind(std::string_view exchange, std::string_view key) override;
    void unbind(std::string_view exchange, std::string_view key) override;

    // Whether requests should come. Delivered ones stay.
    void consume(bool is_wanted);

    void beat();
    void close();

    bool is_open() const { return is_open_; }
    bool is_consuming() const { return is_consuming_; }

    // Whether requests may still come.
    bool has_consumer() const { return is_consuming_ || is_asking_ || is_cancelling_; }
    bool is_blocked() const { return is_blocked_; }

private:
    // A message whose frames are still arriving.
    struct Content {
        // Keeps the memory of the last body.
        void begin(amqp_method_number_t begun);

        amqp_method_number_t method = 0;  // 0 if none is expected
        std::uint64_t bytes_left = 0;
        bool has_header = false;
        bool is_kept = false;
        bool is_own = false;  // from our own queue
        Delivery delivery;
        std::string routing_key;
    };

    bool is_watching() const { return !settings_.watched_queue.empty(); }
    std::string_view queue_of_requests() const;
    Done take(const AmqpFrame& frame);
    Done take_method(const AmqpMethod& method);
    Done take_connection_method(const AmqpMethod& method);
    Done take_header(std::string_view payload);
    Done take_body(std::string_view payload);
    Done finish_content();
    Done lose_channel(const amqp_channel_close_t& why);
    Done lose_consumer(const amqp_bytes_t& tag);
    void greet();
    void tune(const amqp_connection_tune_t& proposed);
    void open_channel();
    void declare_all();
    void declare_exchange(std::string_view name, std::string_view type);
    void declare_queue();
    void declare_own_queue();
    void bind_requests();
    void bind_queue(std::string_view queue, std::string_view exchange, std::string_view key);
    void begin_consuming();
    void begin_content(const amqp_basic_deliver_t& deliver);
    void confirm(std::uint64_t number, bool is_multiple, bool is_taken);

    template <typename Fields>
    void send(std::uint16_t channel, amqp_method_number_t id, const Fields& fields,
              std::size_t text_bytes = 0)
    {
        append_method(output_, channel, id, fields, text_bytes);
        has_output_();
    }

    const Broker& broker_;
    const AmqpSessionSettings settings_;
    const std::string own_queue_;
    BusListener& listener_;
    const std::function<void()> has_output_;
    AmqpReader reader_;
    std::string output_;
    std::string taken_output_;
    Content content_;
    std::vector<amqp_table_entry_t> headers_;  // of the message that is published
    std::size_t frame_bytes_max_ = 4096;
    std::uint64_t last_number_ = 0;
    std::deque<std::uint64_t> unconfirmed_;  // in ascending order
    bool wants_to_consume_;
    bool takes_exchanges_as_they_are_ = false;
    bool takes_queue_as_it_is_ = false;
    bool is_open_ = false;
    bool is_asking_ = false;  // has asked for a consumer and has no answer yet
    bool is_consuming_ = false;
    bool is_cancelling_ = false;
    bool is_queue_new_ = false;
    bool is_blocked_ = false;
};

}  // namespace pivot::switches::kazoo
