// A connection to a broker, whose frames the test writes.
#include "switches/kazoo/amqp_session.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::kazoo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint16_t channel = 1;

class KazooSession : public testing::Test, protected BusListener {
protected:
    explicit KazooSession(const AmqpSessionSettings& settings = {})
        : session_(broker_, settings, *this, [this] { ++wakes_; })
    {
    }

    template <typename Fields>
    AmqpSession::Done hear(amqp_method_number_t id, Fields fields, std::uint16_t on = channel)
    {
        std::string bytes;
        append_method(bytes, on, id, fields);
        return session_.receive(bytes);
    }

    // What was sent since the last time, by the names of its methods.
    std::vector<std::string> sent()
    {
        std::string output(session_.take_output());
        if (output.starts_with("AMQP")) output.erase(0, 8);
        AmqpReader reader;
        reader.feed(output);
        std::vector<std::string> names;
        for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
            if ((*frame)->type == AmqpFrame::Type::heartbeat) names.emplace_back("heartbeat");
            if ((*frame)->type != AmqpFrame::Type::method) continue;
            const auto method = reader.method((*frame)->payload);
            std::string name = amqp_method_name(method->id);
            name = name.substr(5, name.size() - 12);  // AMQP_…_METHOD
            if (method->id == AMQP_QUEUE_DECLARE_METHOD &&
                method->as<amqp_queue_declare_t>().passive)
                name += " passively";
            if (method->id == AMQP_QUEUE_DECLARE_METHOD &&
                method->as<amqp_queue_declare_t>().exclusive)
                name += " exclusively";
            if (method->id == AMQP_EXCHANGE_DECLARE_METHOD &&
                method->as<amqp_exchange_declare_t>().passive)
                name += " passively";
            names.push_back(name);
        }
        return names;
    }

    void log_in()
    {
        amqp_connection_start_t start{};
        start.version_minor = 9;
        start.mechanisms = amqp_text("PLAIN AMQPLAIN");
        start.locales = amqp_text("en_US");
        ASSERT_TRUE(hear(AMQP_CONNECTION_START_METHOD, start, 0));
        amqp_connection_tune_t tune{};
        tune.channel_max = 2047;
        tune.frame_max = 131072;
        tune.heartbeat = 60;
        ASSERT_TRUE(hear(AMQP_CONNECTION_TUNE_METHOD, tune, 0));
        amqp_connection_open_ok_t opened{};
        ASSERT_TRUE(hear(AMQP_CONNECTION_OPEN_OK_METHOD, opened, 0));
    }

    void open()
    {
        log_in();
        ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
        ASSERT_TRUE(hear(AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{}));
        sent();
    }

    AmqpSession::Done close_channel(std::uint16_t code, std::uint16_t class_id = AMQP_QUEUE_CLASS)
    {
        amqp_channel_close_t close{};
        close.reply_code = code;
        close.class_id = class_id;
        close.reply_text = amqp_text("PRECONDITION_FAILED - inequivalent arg");
        return hear(AMQP_CHANNEL_CLOSE_METHOD, close);
    }

    static std::string delivery(std::string_view body, std::size_t frame_bytes_max = 4096,
                                std::string_view consumer = "pivot")
    {
        std::string bytes;
        amqp_basic_deliver_t deliver{};
        deliver.consumer_tag = amqp_text(consumer);
        deliver.delivery_tag = 7;
        deliver.redelivered = 1;
        deliver.exchange = amqp_text("callmgr");
        deliver.routing_key = amqp_text("pivot.req.acme%2Eexample%2Ecom");
        append_method(bytes, channel, AMQP_BASIC_DELIVER_METHOD, deliver);
        amqp_basic_properties_t properties{};
        properties._flags = AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG;
        properties.timestamp = 1'795'995'559'394'736;
        properties.content_encoding = amqp_text("gzip");
        append_content(bytes, channel, properties, 256, body, frame_bytes_max);
        return bytes;
    }

    void opened(Bus&, bool is_queue_new) override
    {
        heard_.emplace_back(is_queue_new ? "opened anew" : "opened");
    }
    void delivered(Delivery&& delivery) override
    {
        heard_.emplace_back("delivered");
        delivery_ = std::move(delivery);
    }
    void heard(Heard heard) override
    {
        heard_.push_back("heard " + heard.routing_key + ": " + heard.body);
    }
    void returned(std::string_view body) override
    {
        heard_.push_back("returned " + std::string(body));
    }
    void confirmed(std::uint64_t number, bool is_taken) override
    {
        heard_.push_back((is_taken ? "confirmed " : "refused ") + std::to_string(number));
    }
    void blocked(bool is_blocked) override
    {
        heard_.emplace_back(is_blocked ? "blocked" : "unblocked");
    }
    void lost() override { heard_.emplace_back("lost"); }

    Broker broker_;
    AmqpSession session_;
    int wakes_ = 0;
    std::vector<std::string> heard_;
    Delivery delivery_;
};

TEST_F(KazooSession, it_begins_with_a_greeting_and_ends_up_consuming)
{
    EXPECT_THAT(session_.take_output(), testing::StrEq(std::string("AMQP\0\0\x09\x01", 8)));
    log_in();
    EXPECT_THAT(sent(), ElementsAre("CONNECTION_START_OK", "CONNECTION_TUNE_OK", "CONNECTION_OPEN",
                                    "CHANNEL_OPEN"));
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    EXPECT_THAT(sent(), ElementsAre("EXCHANGE_DECLARE", "EXCHANGE_DECLARE", "EXCHANGE_DECLARE",
                                    "EXCHANGE_DECLARE", "EXCHANGE_DECLARE", "EXCHANGE_DECLARE",
                                    "QUEUE_DECLARE exclusively", "QUEUE_BIND", "BASIC_CONSUME",
                                    "QUEUE_DECLARE", "QUEUE_BIND", "BASIC_QOS", "CONFIRM_SELECT"));
    EXPECT_FALSE(session_.is_open());
    ASSERT_TRUE(hear(AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{}));
    EXPECT_THAT(heard_, ElementsAre("opened"));
    EXPECT_THAT(sent(), ElementsAre("BASIC_CONSUME"));
    amqp_basic_consume_ok_t consuming{};
    consuming.consumer_tag = amqp_text("pivot");
    ASSERT_TRUE(hear(AMQP_BASIC_CONSUME_OK_METHOD, consuming));
    EXPECT_TRUE(session_.is_consuming());
}

TEST_F(KazooSession, what_is_declared_in_another_way_is_used_as_it_is)
{
    log_in();
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    sent();
    ASSERT_TRUE(close_channel(AMQP_PRECONDITION_FAILED));
    EXPECT_THAT(sent(), ElementsAre("CHANNEL_CLOSE_OK", "CHANNEL_OPEN"));
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    const auto again = sent();
    EXPECT_THAT(again, testing::Contains("QUEUE_DECLARE passively").Times(1)) << "not our own";
    EXPECT_THAT(again, testing::Contains("EXCHANGE_DECLARE"));
    ASSERT_TRUE(close_channel(AMQP_PRECONDITION_FAILED, AMQP_EXCHANGE_CLASS));
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    EXPECT_THAT(sent(), testing::Contains("EXCHANGE_DECLARE passively").Times(6));
    EXPECT_FALSE(close_channel(AMQP_PRECONDITION_FAILED)) << "once";
}

class WatchingKazooSession : public KazooSession {
protected:
    WatchingKazooSession() : KazooSession(watching()) {}

private:
    static AmqpSessionSettings watching()
    {
        AmqpSessionSettings settings;
        settings.watched_queue = "pivot_shadow-1";
        return settings;
    }
};

TEST_F(WatchingKazooSession, it_has_copies_in_a_queue_of_its_own_and_declares_nothing_else)
{
    log_in();
    sent();
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    EXPECT_THAT(sent(), ElementsAre("EXCHANGE_DECLARE passively", "QUEUE_DECLARE exclusively",
                                    "QUEUE_BIND", "BASIC_QOS", "CONFIRM_SELECT"));
    ASSERT_TRUE(hear(AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{}));
    EXPECT_THAT(session_.take_output(), HasSubstr("pivot_shadow-1"));
    EXPECT_FALSE(close_channel(AMQP_NOT_FOUND)) << "there is no KAZOO yet";
}

TEST_F(KazooSession, it_tells_whether_the_queue_is_new)
{
    log_in();
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    amqp_queue_declare_ok_t declared{};
    declared.queue = amqp_text("pivot_listener");
    ASSERT_TRUE(hear(AMQP_QUEUE_DECLARE_OK_METHOD, declared));
    ASSERT_TRUE(hear(AMQP_CONFIRM_SELECT_OK_METHOD, amqp_confirm_select_ok_t{}));
    EXPECT_THAT(heard_, ElementsAre("opened anew"));
}

TEST_F(KazooSession, another_refusal_ends_the_connection_with_the_brokers_words)
{
    log_in();
    ASSERT_TRUE(hear(AMQP_CHANNEL_OPEN_OK_METHOD, amqp_channel_open_ok_t{}));
    const auto refused = close_channel(AMQP_ACCESS_REFUSED);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), "the broker says 403: PRECONDITION_FAILED - inequivalent arg");
}

TEST_F(KazooSession, a_consumer_that_the_broker_cancels_comes_back)
{
    open();
    hear(AMQP_BASIC_CONSUME_OK_METHOD, amqp_basic_consume_ok_t{});
    amqp_basic_cancel_t cancel{};
    cancel.consumer_tag = amqp_text("pivot");
    cancel.nowait = 1;
    ASSERT_TRUE(hear(AMQP_BASIC_CANCEL_METHOD, cancel));
    EXPECT_FALSE(session_.is_consuming());
    EXPECT_THAT(sent(), ElementsAre("QUEUE_DECLARE", "QUEUE_BIND", "BASIC_CONSUME"));
}

TEST_F(KazooSession, a_consumer_binds_its_queue_anew_with_each_heartbeat)
{
    open();
    session_.beat();
    EXPECT_THAT(sent(), ElementsAre("heartbeat")) << "the consumer is not there yet";
    hear(AMQP_BASIC_CONSUME_OK_METHOD, amqp_basic_consume_ok_t{});
    session_.beat();
    EXPECT_THAT(sent(), ElementsAre("heartbeat", "QUEUE_BIND"));
    session_.consume(false);
    sent();
    session_.beat();
    EXPECT_THAT(sent(), ElementsAre("heartbeat"));
}

TEST_F(KazooSession, it_stops_consuming_and_begins_again)
{
    open();
    session_.consume(false);
    EXPECT_THAT(sent(), IsEmpty()) << "the consumer is not there yet";
    hear(AMQP_BASIC_CONSUME_OK_METHOD, amqp_basic_consume_ok_t{});
    EXPECT_THAT(sent(), ElementsAre("BASIC_CANCEL"));
    EXPECT_TRUE(session_.has_consumer()) << "until the broker knows";
    hear(AMQP_BASIC_CANCEL_OK_METHOD, amqp_basic_cancel_ok_t{});
    EXPECT_FALSE(session_.has_consumer());
    session_.consume(true);
    EXPECT_THAT(sent(), ElementsAre("QUEUE_DECLARE", "QUEUE_BIND", "BASIC_CONSUME"));
    hear(AMQP_BASIC_CONSUME_OK_METHOD, amqp_basic_consume_ok_t{});
    session_.consume(false);
    session_.consume(true);
    EXPECT_THAT(sent(),
                ElementsAre("BASIC_CANCEL", "QUEUE_DECLARE", "QUEUE_BIND", "BASIC_CONSUME"));
}

TEST_F(KazooSession, a_request_arrives_whole_however_it_is_cut)
{
    open();
    const std::string body(10'000, 'x');
    const std::string bytes = delivery(body);
    for (const char byte : bytes) ASSERT_TRUE(session_.receive({&byte, 1}));
    EXPECT_THAT(heard_, ElementsAre("opened", "delivered"));
    EXPECT_EQ(delivery_.body, body);
    EXPECT_EQ(delivery_.tag, 7u);
    EXPECT_TRUE(delivery_.is_redelivered);
    EXPECT_TRUE(delivery_.is_gzip);
    EXPECT_EQ(delivery_.timestamp_us, 1'795'995'559'394'736);
}

TEST_F(KazooSession, a_request_without_a_body_arrives_and_one_that_is_too_long_has_none)
{
    open();
    ASSERT_TRUE(session_.receive(delivery("")));
    ASSERT_TRUE(session_.receive(delivery(std::string(5'000'000, 'x'), frame_bytes_max)));
    EXPECT_THAT(heard_, ElementsAre("opened", "delivered", "delivered"));
    EXPECT_EQ(delivery_.body.size(), 0u);
}

TEST_F(KazooSession, what_comes_from_our_own_queue_is_not_taken_for_a_request)
{
    open();
    EXPECT_THAT(session_.queue(), testing::StartsWith("pivot-"));
    session_.bind("callevt", "call.*.c1");
    session_.unbind("callevt", "call.*.c1");
    EXPECT_THAT(sent(), ElementsAre("QUEUE_BIND", "QUEUE_UNBIND"));
    ASSERT_TRUE(session_.receive(delivery("{}", 4096, "pivot-own")));
    EXPECT_THAT(heard_, ElementsAre("opened", "heard pivot.req.acme%2Eexample%2Ecom: {}"));
}

TEST_F(KazooSession, a_connection_that_has_lost_our_own_queue_is_of_no_use)
{
    open();
    amqp_basic_consume_ok_t consuming{};
    consuming.consumer_tag = amqp_text("pivot-own");
    ASSERT_TRUE(hear(AMQP_BASIC_CONSUME_OK_METHOD, consuming));
    EXPECT_FALSE(session_.is_consuming()) << "requests are not consumed yet";
    amqp_basic_cancel_t cancel{};
    cancel.consumer_tag = amqp_text("pivot-own");
    const auto lost = hear(AMQP_BASIC_CANCEL_METHOD, cancel);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error(), "our queue of events is gone");
}

TEST_F(KazooSession, a_reply_and_its_acknowledgement_go_out_together)
{
    open();
    wakes_ = 0;
    Publication reply;
    reply.exchange = "targeted";
    reply.routing_key = "q";
    reply.headers = {{"Deliver-To-PID", "<0.1.0>"}};
    reply.must_be_routed = true;
    reply.body = std::string(200'000, 'x');
    EXPECT_EQ(session_.publish(reply), 1u);
    session_.acknowledge(7);
    EXPECT_GT(wakes_, 0);
    EXPECT_THAT(sent(), ElementsAre("BASIC_PUBLISH", "BASIC_ACK"));
}

TEST_F(KazooSession, confirmations_come_for_one_and_for_many)
{
    open();
    for (int i = 0; i < 5; ++i) session_.publish(Publication());
    heard_.clear();
    amqp_basic_ack_t one{};
    one.delivery_tag = 2;
    hear(AMQP_BASIC_ACK_METHOD, one);
    hear(AMQP_BASIC_ACK_METHOD, one);
    amqp_basic_nack_t many{};
    many.delivery_tag = 4;
    many.multiple = 1;
    hear(AMQP_BASIC_NACK_METHOD, many);
    amqp_basic_ack_t unknown{};
    unknown.delivery_tag = 77;
    hear(AMQP_BASIC_ACK_METHOD, unknown);
    EXPECT_THAT(heard_, ElementsAre("confirmed 2", "refused 1", "refused 3", "refused 4"));
}

TEST_F(KazooSession, a_reply_that_no_queue_takes_comes_back)
{
    open();
    std::string bytes;
    amqp_basic_return_t back{};
    back.reply_code = AMQP_NO_ROUTE;
    back.reply_text = amqp_text("NO_ROUTE");
    back.exchange = amqp_text("targeted");
    back.routing_key = amqp_text("q");
    append_method(bytes, channel, AMQP_BASIC_RETURN_METHOD, back);
    append_content(bytes, channel, amqp_basic_properties_t{}, 64, "{}", 4096);
    ASSERT_TRUE(session_.receive(bytes));
    EXPECT_THAT(heard_, ElementsAre("opened", "returned {}"));
}

TEST_F(KazooSession, it_tells_when_the_broker_is_blocked)
{
    open();
    amqp_connection_blocked_t why{};
    why.reason = amqp_text("low on memory");
    hear(AMQP_CONNECTION_BLOCKED_METHOD, why, 0);
    EXPECT_TRUE(session_.is_blocked());
    hear(AMQP_CONNECTION_UNBLOCKED_METHOD, amqp_connection_unblocked_t{}, 0);
    EXPECT_THAT(heard_, ElementsAre("opened", "blocked", "unblocked"));
}

TEST_F(KazooSession, what_is_not_amqp_is_an_error_that_says_so)
{
    const auto error_of = [](std::string_view bytes) {
        AmqpReader reader;
        reader.feed(bytes);
        const auto frame = reader.next();
        return frame ? std::string() : frame.error();
    };
    EXPECT_THAT(error_of("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("does not speak AMQP"));
    EXPECT_THAT(error_of(std::string("AMQP\0\0\x09\x01", 8)), HasSubstr("another version"));
    EXPECT_THAT(error_of(std::string("\x01\0\x01\x7f\xff\xff\xff", 7)), HasSubstr("bytes"));
    EXPECT_THAT(error_of(std::string("\x08\0\0\0\0\0\0X", 8)), HasSubstr("without an end"));
}

TEST_F(KazooSession, a_content_without_a_method_and_a_method_that_is_cut_are_errors)
{
    open();
    std::string bytes;
    append_content(bytes, channel, amqp_basic_properties_t{}, 64, "x", 4096);
    EXPECT_FALSE(session_.receive(bytes));
    EXPECT_FALSE(session_.receive(std::string("\x01\0\x01\0\0\0\x02\0\x3c\xce", 10)));
}

TEST(KazooBroker, a_url_names_a_broker)
{
    const auto plain = Broker::parse("amqp://rabbit.example.com");
    ASSERT_TRUE(plain) << plain.error();
    EXPECT_EQ(plain->user, "guest");
    EXPECT_EQ(plain->port, 5672);
    EXPECT_EQ(plain->vhost, "/");
    EXPECT_FALSE(plain->uses_tls);
    const auto full = Broker::parse("amqps://a%40b:c:d@[2001:db8::7]:5700/ka%2Fzoo?heartbeat=5");
    ASSERT_TRUE(full) << full.error();
    EXPECT_TRUE(full->uses_tls);
    EXPECT_EQ(full->user, "a@b");
    EXPECT_EQ(full->password, "c:d");
    EXPECT_EQ(full->host, "2001:db8::7");
    EXPECT_EQ(full->port, 5700);
    EXPECT_EQ(full->vhost, "ka/zoo");
    EXPECT_EQ(full->heartbeat_s, 5u);
    EXPECT_EQ(full->to_text(), "amqps://[2001:db8::7]:5700/ka/zoo");
    EXPECT_EQ(Broker::parse("amqps://h")->port, 5671);
    for (const std::string_view wrong :
         {"", "http://h", "amqp://", "amqp://:5672", "amqp://h:0", "amqp://h:x", "amqp://h:99999",
          "amqp://[::1", "amqp://[::1]x", "amqp://h?heartbeat=0", "amqp://h?x=1"}) {
        EXPECT_FALSE(Broker::parse(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace pivot::switches::kazoo
