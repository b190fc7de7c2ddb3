#include "switches/kazoo/amqp_session.hpp"

#include "base/random_id.hpp"
#include "base/text.hpp"
#include "switches/kazoo/message_body.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using Error = tl::unexpected<std::string>;

constexpr std::uint16_t connection_channel = 0;
constexpr std::uint16_t channel = 1;

constexpr std::string_view requests = "pivot_listener";  // KAZOO's queue, which all pivots share
constexpr std::string_view consumer_tag = "pivot";
constexpr std::string_view own_consumer_tag = "pivot-own";

// How much memory a buffer keeps when it is empty.
constexpr std::size_t kept_bytes_max = 64 * 1024;

// How long the copy of a request waits to be judged.
constexpr std::int32_t copy_ttl_ms = 10'000;

constexpr amqp_field_value_t flag(bool is_set)
{
    amqp_field_value_t value{};
    value.kind = AMQP_FIELD_KIND_BOOLEAN;
    value.value.boolean = is_set ? 1 : 0;
    return value;
}

amqp_field_value_t text_value(std::string_view text)
{
    amqp_field_value_t value{};
    value.kind = AMQP_FIELD_KIND_UTF8;
    value.value.bytes = amqp_text(text);
    return value;
}

amqp_field_value_t number_value(std::int32_t number)
{
    amqp_field_value_t value{};
    value.kind = AMQP_FIELD_KIND_I32;
    value.value.i32 = number;
    return value;
}

template <std::size_t count>
amqp_table_t table_of(std::array<amqp_table_entry_t, count>& entries)
{
    return {static_cast<int>(count), entries.data()};
}

std::string closed_by_broker(std::uint16_t code, const amqp_bytes_t& text)
{
    return fmt::format("the broker says {}: {}", code, printable(text_of(text)));
}

bool is_own(const amqp_bytes_t& tag)
{
    return text_of(tag) == own_consumer_tag;
}

std::uint64_t unix_now_us()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

AmqpSession::AmqpSession(const Broker& broker, const AmqpSessionSettings& settings,
                         BusListener& listener, std::function<void()> has_output)
    : broker_(broker),
      settings_(settings),
      own_queue_("pivot-" + random_id()),
      listener_(listener),
      has_output_(std::move(has_output)),
      wants_to_consume_(settings.consumes),
      takes_exchanges_as_they_are_(is_watching())
{
    using namespace std::string_view_literals;
    output_ = "AMQP\0\0\x09\x01"sv;
}

std::string_view AmqpSession::take_output()
{
    if (taken_output_.capacity() > kept_bytes_max) std::string().swap(taken_output_);
    taken_output_.clear();
    output_.swap(taken_output_);
    return taken_output_;
}

AmqpSession::Done AmqpSession::receive(std::string_view bytes)
{
    reader_.feed(bytes);
    while (true) {
        const auto frame = reader_.next();
        if (!frame) return Error(frame.error());
        if (!*frame) return {};
        if (auto taken = take(**frame); !taken) return taken;
    }
}

AmqpSession::Done AmqpSession::take(const AmqpFrame& frame)
{
    switch (frame.type) {
        case AmqpFrame::Type::header: return take_header(frame.payload);
        case AmqpFrame::Type::body: return take_body(frame.payload);
        case AmqpFrame::Type::heartbeat: return {};
        case AmqpFrame::Type::method: break;
    }
    const auto method = reader_.method(frame.payload);
    if (!method) return Error(method.error());
    return frame.channel == connection_channel ? take_connection_method(*method)
                                               : take_method(*method);
}

// ---- the connection -----------------------------------------------------------------------------

AmqpSession::Done AmqpSession::take_connection_method(const AmqpMethod& method)
{
    switch (method.id) {
        case AMQP_CONNECTION_START_METHOD: greet(); return {};
        case AMQP_CONNECTION_TUNE_METHOD: tune(method.as<amqp_connection_tune_t>()); return {};
        case AMQP_CONNECTION_OPEN_OK_METHOD: open_channel(); return {};
        case AMQP_CONNECTION_BLOCKED_METHOD:
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            is_blocked_ = method.id == AMQP_CONNECTION_BLOCKED_METHOD;
            if (is_open_) listener_.blocked(is_blocked_);
            return {};
        case AMQP_CONNECTION_CLOSE_METHOD: {
            const auto& close = method.as<amqp_connection_close_t>();
            return Error(closed_by_broker(close.reply_code, close.reply_text));
        }
        case AMQP_CONNECTION_CLOSE_OK_METHOD: return Error("it was closed");
        default: return Error(fmt::format("unexpected method 0x{:08x}", method.id));
    }
}

void AmqpSession::greet()
{
    std::array<amqp_table_entry_t, 5> capabilities = {{
        {amqp_text("authentication_failure_close"), flag(true)},
        {amqp_text("basic.nack"), flag(true)},
        {amqp_text("connection.blocked"), flag(true)},
        {amqp_text("consumer_cancel_notify"), flag(true)},
        {amqp_text("publisher_confirms"), flag(true)},
    }};
    amqp_field_value_t capable{};
    capable.kind = AMQP_FIELD_KIND_TABLE;
    capable.value.table = table_of(capabilities);
    std::array<amqp_table_entry_t, 3> properties = {{
        {amqp_text("product"), text_value("pivot")},
        {amqp_text("connection_name"), text_value(settings_.name)},
        {amqp_text("capabilities"), capable},
    }};
    using namespace std::string_view_literals;
    const std::string secret =
        fmt::format("{}{}{}{}", "\0"sv, broker_.user, "\0"sv, broker_.password);
    amqp_connection_start_ok_t answer{};
    answer.client_properties = table_of(properties);
    answer.mechanism = amqp_text("PLAIN");
    answer.response = amqp_text(secret);
    answer.locale = amqp_text("en_US");
    send(connection_channel, AMQP_CONNECTION_START_OK_METHOD, answer,
         secret.size() + settings_.name.size());
}

void AmqpSession::tune(const amqp_connection_tune_t& proposed)
{
    if (proposed.frame_max == 0) {
        frame_bytes_max_ = frame_bytes_max;
    } else {
        frame_bytes_max_ = std::clamp<std::size_t>(proposed.frame_max, 4096, frame_bytes_max);
    }
    amqp_connection_tune_ok_t answer{};
    answer.channel_max = 1;
    answer.frame_max = static_cast<std::uint32_t>(frame_bytes_max_);
    answer.heartbeat = static_cast<std::uint16_t>(broker_.heartbeat_s);
    send(connection_channel, AMQP_CONNECTION_TUNE_OK_METHOD, answer);
    amqp_connection_open_t open{};
    open.virtual_host = amqp_text(broker_.vhost);
    send(connection_channel, AMQP_CONNECTION_OPEN_METHOD, open);
}

// A cluster that loses a node removes the bindings of its queues, and may do so when a queue of the
// same name is already declared and consumed elsewhere. It would get no request ever after.
void AmqpSession::beat()
{
    append_heartbeat(output_);
    if (is_consuming_ && !is_cancelling_) bind_requests();
    has_output_();
}

void AmqpSession::close()
{
    amqp_connection_close_t close{};
    close.reply_code = AMQP_REPLY_SUCCESS;
    close.reply_text = amqp_text("stopping");
    send(connection_channel, AMQP_CONNECTION_CLOSE_METHOD, close);
}

// ---- the channel --------------------------------------------------------------------------------

AmqpSession::Done AmqpSession::take_method(const AmqpMethod& method)
{
    switch (method.id) {
        case AMQP_CHANNEL_OPEN_OK_METHOD: declare_all(); return {};
        case AMQP_CONFIRM_SELECT_OK_METHOD:
            is_open_ = true;
            listener_.opened(*this, is_queue_new_);
            if (is_blocked_) listener_.blocked(true);
            if (wants_to_consume_) begin_consuming();
            return {};
        case AMQP_QUEUE_DECLARE_OK_METHOD: {
            const auto& declared = method.as<amqp_queue_declare_ok_t>();
            if (text_of(declared.queue) != requests) return {};
            is_queue_new_ = declared.message_count == 0 && declared.consumer_count == 0;
            return {};
        }
        case AMQP_CHANNEL_CLOSE_METHOD: return lose_channel(method.as<amqp_channel_close_t>());
        case AMQP_BASIC_CONSUME_OK_METHOD:
            if (is_own(method.as<amqp_basic_consume_ok_t>().consumer_tag)) return {};
            is_asking_ = false;
            is_consuming_ = true;
            if (!wants_to_consume_) consume(false);
            return {};
        case AMQP_BASIC_CANCEL_OK_METHOD:
            return lose_consumer(method.as<amqp_basic_cancel_ok_t>().consumer_tag);
        case AMQP_BASIC_CANCEL_METHOD:
            return lose_consumer(method.as<amqp_basic_cancel_t>().consumer_tag);
        case AMQP_BASIC_DELIVER_METHOD: begin_content(method.as<amqp_basic_deliver_t>()); return {};
        case AMQP_BASIC_RETURN_METHOD: content_.begin(method.id); return {};
        case AMQP_BASIC_ACK_METHOD: {
            const auto& ack = method.as<amqp_basic_ack_t>();
            confirm(ack.delivery_tag, ack.multiple != 0, true);
            return {};
        }
        case AMQP_BASIC_NACK_METHOD: {
            const auto& nack = method.as<amqp_basic_nack_t>();
            confirm(nack.delivery_tag, nack.multiple != 0, false);
            return {};
        }
        case AMQP_CHANNEL_FLOW_METHOD: {
            amqp_channel_flow_ok_t answer{};
            answer.active = method.as<amqp_channel_flow_t>().active;
            send(channel, AMQP_CHANNEL_FLOW_OK_METHOD, answer);
            return {};
        }
        default: return {};  // a confirmation of one of our methods
    }
}

// An exchange or queue that exists with other arguments is used as it is. Once the bus is open,
// losing the channel would lose its tags and numbers, so the connection is given up.
AmqpSession::Done AmqpSession::lose_channel(const amqp_channel_close_t& why)
{
    const bool is_queue = why.class_id == AMQP_QUEUE_CLASS;
    bool& takes_it_as_it_is = is_queue ? takes_queue_as_it_is_ : takes_exchanges_as_they_are_;
    const bool is_declared =
        why.reply_code == AMQP_PRECONDITION_FAILED && !is_open_ && !takes_it_as_it_is;
    if (!is_declared) return Error(closed_by_broker(why.reply_code, why.reply_text));
    takes_it_as_it_is = true;
    send(channel, AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t{});
    open_channel();
    return {};
}

// The queue is gone with the node that held it, or the consumer was cancelled as we asked.
AmqpSession::Done AmqpSession::lose_consumer(const amqp_bytes_t& tag)
{
    if (is_own(tag)) return Error("our queue of events is gone");
    is_consuming_ = false;
    is_cancelling_ = false;
    if (wants_to_consume_) consume(true);
    return {};
}

void AmqpSession::open_channel()
{
    amqp_channel_open_t open{};
    open.out_of_band = amqp_empty_bytes;
    send(channel, AMQP_CHANNEL_OPEN_METHOD, open);
}

void AmqpSession::declare_all()
{
    declare_exchange("callmgr", "topic");
    if (!is_watching()) {
        declare_exchange("targeted", "direct");
        declare_exchange("callevt", "topic");
        declare_exchange("callctl", "direct");
        declare_exchange("resources", "topic");
        declare_exchange("conference", "topic");
        declare_own_queue();
    }
    if (wants_to_consume_) declare_queue();
    amqp_basic_qos_t qos{};
    qos.prefetch_count = static_cast<std::uint16_t>(settings_.prefetch);
    send(channel, AMQP_BASIC_QOS_METHOD, qos);
    send(channel, AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t{});
}

void AmqpSession::declare_exchange(std::string_view name, std::string_view type)
{
    amqp_exchange_declare_t declare{};
    declare.exchange = amqp_text(name);
    declare.type = amqp_text(type);
    declare.passive = takes_exchanges_as_they_are_;
    send(channel, AMQP_EXCHANGE_DECLARE_METHOD, declare);
}

std::string_view AmqpSession::queue_of_requests() const
{
    return is_watching() ? std::string_view(settings_.watched_queue) : requests;
}

// KAZOO's queue is declared with its arguments, because KAZOO's own pivot declares it as well.
// Ours, with copies, dies with the connection.
void AmqpSession::declare_queue()
{
    std::array<amqp_table_entry_t, 2> limits = {{
        {amqp_text("x-max-length"), number_value(100)},
        {amqp_text("x-message-ttl"), number_value(is_watching() ? copy_ttl_ms : 60'000)},
    }};
    amqp_queue_declare_t declare{};
    declare.queue = amqp_text(queue_of_requests());
    declare.passive = takes_queue_as_it_is_;
    declare.exclusive = is_watching();
    declare.auto_delete = 1;
    declare.arguments = table_of(limits);
    send(channel, AMQP_QUEUE_DECLARE_METHOD, declare);
    bind_requests();
}

void AmqpSession::bind_requests()
{
    bind_queue(queue_of_requests(), "callmgr", "pivot.req.*");
}

// Nothing in it is acknowledged, because what is lost with a connection could not come again.
void AmqpSession::declare_own_queue()
{
    amqp_queue_declare_t declare{};
    declare.queue = amqp_text(own_queue_);
    declare.exclusive = 1;
    declare.nowait = 1;
    send(channel, AMQP_QUEUE_DECLARE_METHOD, declare);
    bind("targeted", own_queue_);
    amqp_basic_consume_t consume{};
    consume.queue = amqp_text(own_queue_);
    consume.consumer_tag = amqp_text(own_consumer_tag);
    consume.no_ack = 1;
    consume.exclusive = 1;
    send(channel, AMQP_BASIC_CONSUME_METHOD, consume);
}

void AmqpSession::bind(std::string_view exchange, std::string_view key)
{
    bind_queue(own_queue_, exchange, key);
}

// The broker handles a channel's methods in order, so nobody has to wait for its answer.
void AmqpSession::bind_queue(std::string_view queue, std::string_view exchange,
                             std::string_view key)
{
    amqp_queue_bind_t bind{};
    bind.queue = amqp_text(queue);
    bind.exchange = amqp_text(exchange);
    bind.routing_key = amqp_text(key);
    bind.nowait = 1;
    send(channel, AMQP_QUEUE_BIND_METHOD, bind);
}

void AmqpSession::unbind(std::string_view exchange, std::string_view key)
{
    amqp_queue_unbind_t unbind{};
    unbind.queue = amqp_text(own_queue_);
    unbind.exchange = amqp_text(exchange);
    unbind.routing_key = amqp_text(key);
    send(channel, AMQP_QUEUE_UNBIND_METHOD, unbind);
}

// ---- messages -----------------------------------------------------------------------------------

void AmqpSession::begin_consuming()
{
    amqp_basic_consume_t consume{};
    consume.queue = amqp_text(queue_of_requests());
    consume.consumer_tag = amqp_text(consumer_tag);
    is_asking_ = true;
    send(channel, AMQP_BASIC_CONSUME_METHOD, consume);
}

// The queue is deleted with its last consumer, and declared again with the first.
void AmqpSession::consume(bool is_wanted)
{
    wants_to_consume_ = is_wanted;
    if (!is_open_ || is_asking_ || is_wanted == is_consuming_) return;
    if (is_wanted) {
        declare_queue();
        return begin_consuming();
    }
    is_consuming_ = false;
    is_cancelling_ = true;
    amqp_basic_cancel_t cancel{};
    cancel.consumer_tag = amqp_text(consumer_tag);
    send(channel, AMQP_BASIC_CANCEL_METHOD, cancel);
}

void AmqpSession::Content::begin(amqp_method_number_t begun)
{
    std::string body = std::move(delivery.body);
    if (body.capacity() > kept_bytes_max) std::string().swap(body);
    body.clear();
    *this = Content();
    method = begun;
    delivery.body = std::move(body);
}

void AmqpSession::begin_content(const amqp_basic_deliver_t& deliver)
{
    content_.begin(AMQP_BASIC_DELIVER_METHOD);
    content_.is_own = is_own(deliver.consumer_tag);
    if (content_.is_own) content_.routing_key = text_of(deliver.routing_key);
    content_.delivery.tag = deliver.delivery_tag;
    content_.delivery.is_redelivered = deliver.redelivered != 0;
}

AmqpSession::Done AmqpSession::take_header(std::string_view payload)
{
    if (content_.method == 0) return Error("it sent a content header without a method");
    const auto header = reader_.content_header(payload);
    if (!header) return Error(header.error());
    const amqp_basic_properties_t& properties = *header->properties;
    content_.has_header = true;
    content_.bytes_left = header->body_bytes;
    content_.is_kept = header->body_bytes <= body_bytes_max;
    Delivery& delivery = content_.delivery;
    if ((properties._flags & AMQP_BASIC_TIMESTAMP_FLAG) != 0) {
        delivery.timestamp_us = static_cast<std::int64_t>(properties.timestamp);
    }
    if ((properties._flags & AMQP_BASIC_CONTENT_ENCODING_FLAG) != 0) {
        delivery.is_gzip = equals_ignoring_case(text_of(properties.content_encoding), "gzip");
    }
    return header->body_bytes == 0 ? finish_content() : Done();
}

// A body that is too long is skipped: its message has an empty body.
AmqpSession::Done AmqpSession::take_body(std::string_view payload)
{
    if (!content_.has_header || payload.size() > content_.bytes_left) {
        return Error("it sent more of a message than it had announced");
    }
    std::string& body = content_.delivery.body;
    if (content_.is_kept && body.empty()) body.reserve(content_.bytes_left);
    if (content_.is_kept) body += payload;
    content_.bytes_left -= payload.size();
    return content_.bytes_left == 0 ? finish_content() : Done();
}

AmqpSession::Done AmqpSession::finish_content()
{
    const bool is_returned = content_.method == AMQP_BASIC_RETURN_METHOD;
    content_.method = 0;
    content_.has_header = false;
    if (is_returned) {
        listener_.returned(content_.delivery.body);
    } else if (content_.is_own) {
        listener_.heard({std::move(content_.routing_key), content_.delivery.is_gzip,
                         std::move(content_.delivery.body)});
    } else {
        listener_.delivered(std::move(content_.delivery));
    }
    return {};
}

void AmqpSession::acknowledge(std::uint64_t tag)
{
    amqp_basic_ack_t ack{};
    ack.delivery_tag = tag;
    send(channel, AMQP_BASIC_ACK_METHOD, ack);
}

// ---- replies ------------------------------------------------------------------------------------

std::uint64_t AmqpSession::publish(const Publication& publication)
{
    amqp_basic_publish_t publish{};
    publish.exchange = amqp_text(publication.exchange);
    publish.routing_key = amqp_text(publication.routing_key);
    publish.mandatory = publication.must_be_routed;
    send(channel, AMQP_BASIC_PUBLISH_METHOD, publish);

    headers_.clear();
    std::size_t bytes_max = 256;
    for (const auto& [name, value] : publication.headers) {
        headers_.push_back({amqp_text(name), text_value(value)});
        bytes_max += name.size() + value.size() + 16;
    }
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_TIMESTAMP_FLAG;
    properties.content_type = amqp_text("application/json");
    properties.timestamp = unix_now_us();
    if (!headers_.empty()) {
        properties._flags |= AMQP_BASIC_HEADERS_FLAG;
        properties.headers = {static_cast<int>(headers_.size()), headers_.data()};
    }
    append_content(output_, channel, properties, bytes_max, publication.body, frame_bytes_max_);
    unconfirmed_.push_back(++last_number_);
    return last_number_;
}

void AmqpSession::confirm(std::uint64_t number, bool is_multiple, bool is_taken)
{
    if (!is_multiple) {
        const auto found = std::ranges::lower_bound(unconfirmed_, number);
        if (found == unconfirmed_.end() || *found != number) return;
        unconfirmed_.erase(found);
        return listener_.confirmed(number, is_taken);
    }
    while (!unconfirmed_.empty() && unconfirmed_.front() <= number) {
        const std::uint64_t next = unconfirmed_.front();
        unconfirmed_.pop_front();  // before the listener, who may publish
        listener_.confirmed(next, is_taken);
    }
}

}  // namespace pivot::switches::kazoo
