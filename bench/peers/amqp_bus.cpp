// KAZOO's side of its message bus, and the least that a pivot does there, with bare librabbitmq.
//
//     amqp_bus ask PORT USER PASSWORD VHOST RATE SECONDS REQUEST_FILE
//     amqp_bus answer PORT USER PASSWORD VHOST FLOW_FILE
//
// `ask` publishes the request of the file, with a number of its own in place of the zeros in
// `bench-00000000`, RATE times a second, or, if RATE is 0, whenever fewer than 64 are without their
// flow. It prints how many there were, what became of them, and their latency in µs as JSON.
// `doubled` are those that were answered twice, or both ways.
//
// `answer` takes requests until its standard input is closed. It looks for the call's id, publishes
// `processing` with an acknowledgement of the request, and `CHANNEL_PIVOT` when the broker has
// confirmed that. Nothing else is read, asked or validated.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/tcp_socket.h>
#else  // before librabbitmq 0.12
#include <amqp.h>
#include <amqp_tcp_socket.h>
#endif

namespace pivot::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int outstanding_max = 64;  // the queue holds a hundred
constexpr std::string_view id_begins = "bench-";
constexpr std::size_t id_digits = 8;
constexpr std::string_view replies = "bench_replies";

amqp_bytes_t bytes(std::string_view text)
{
    return {text.size(), const_cast<char*>(text.data())};
}

std::string_view text(amqp_bytes_t bytes)
{
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}

void check(bool is_well, const char* doing)
{
    if (!is_well) throw std::runtime_error(std::string("amqp_bus: ") + doing);
}

std::string file(const char* path)
{
    std::ifstream input(path);
    check(input.good(), path);
    return {std::istreambuf_iterator<char>(input), {}};
}

// The number in an id `bench-00000042@…`, or -1.
long number_in(std::string_view body)
{
    const std::size_t at = body.find(id_begins);
    if (at == body.npos || body.size() < at + id_begins.size() + id_digits) return -1;
    return std::strtol(std::string(body.substr(at + id_begins.size(), id_digits)).c_str(), nullptr,
                       10);
}

class Bus {
public:
    // The arguments begin with PORT.
    explicit Bus(char** arguments)
    {
        amqp_socket_t* socket = amqp_tcp_socket_new(connection_);
        check(amqp_socket_open(socket, "127.0.0.1", std::atoi(arguments[0])) == 0, "connect");
        const auto answer = amqp_login(connection_, arguments[3], 0, 131072, 0,
                                       AMQP_SASL_METHOD_PLAIN, arguments[1], arguments[2]);
        check(answer.reply_type == AMQP_RESPONSE_NORMAL, "log in");
        amqp_channel_open(connection_, 1);
        expect("open a channel");
        declare_exchange("callmgr", "topic");
        declare_exchange("targeted", "direct");
        declare_exchange("callevt", "topic");
    }
    ~Bus()
    {
        amqp_connection_close(connection_, AMQP_REPLY_SUCCESS);
        amqp_destroy_connection(connection_);
    }
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    void declare_queue(std::string_view name, amqp_table_t arguments)
    {
        amqp_queue_declare(connection_, 1, bytes(name), false, false, false, true, arguments);
        expect("declare a queue");
    }
    void bind(std::string_view queue, std::string_view exchange, std::string_view key)
    {
        amqp_queue_bind(connection_, 1, bytes(queue), bytes(exchange), bytes(key),
                        amqp_empty_table);
        expect("bind a queue");
    }
    void consume(std::string_view queue, bool has_acks)
    {
        if (has_acks) {
            amqp_basic_qos(connection_, 1, 0, 100, false);
            expect("limit what is delivered");
        }
        amqp_basic_consume(connection_, 1, bytes(queue), amqp_empty_bytes, false, !has_acks, false,
                           amqp_empty_table);
        expect("consume");
    }
    void have_confirms()
    {
        amqp_confirm_select(connection_, 1);
        expect("have confirms");
    }
    void publish(std::string_view exchange, std::string_view key, std::string_view body,
                 amqp_table_t headers)
    {
        amqp_basic_properties_t properties{};
        properties._flags =
            AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_HEADERS_FLAG;
        properties.content_type = bytes("application/json");
        properties.headers = headers;
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        properties.timestamp = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(now).count());
        check(amqp_basic_publish(connection_, 1, bytes(exchange), bytes(key), false, false,
                                 &properties, bytes(body)) == 0,
              "publish");
    }
    void acknowledge(std::uint64_t tag)
    {
        check(amqp_basic_ack(connection_, 1, tag, false) == 0, "acknowledge");
    }

    // Waits for a method of the broker, such as a delivery. False if there was none in time.
    bool wait(amqp_frame_t& frame, std::chrono::microseconds at_most)
    {
        amqp_maybe_release_buffers(connection_);
        timeval left{at_most.count() / 1'000'000, at_most.count() % 1'000'000};
        const int status = amqp_simple_wait_frame_noblock(connection_, &frame, &left);
        if (status == AMQP_STATUS_TIMEOUT) return false;
        check(status == 0 && frame.frame_type == AMQP_FRAME_METHOD, "wait");
        return true;
    }
    // Reads the body of a delivery.
    std::string body()
    {
        amqp_message_t message;
        check(amqp_read_message(connection_, 1, &message, 0).reply_type == AMQP_RESPONSE_NORMAL,
              "read a message");
        std::string read(text(message.body));
        amqp_destroy_message(&message);
        return read;
    }

private:
    void declare_exchange(std::string_view name, std::string_view type)
    {
        amqp_exchange_declare(connection_, 1, bytes(name), bytes(type), false, false, false, false,
                              amqp_empty_table);
        expect("declare an exchange");
    }
    void expect(const char* doing)
    {
        check(amqp_get_rpc_reply(connection_).reply_type == AMQP_RESPONSE_NORMAL, doing);
    }

    amqp_connection_state_t connection_ = amqp_new_connection();
};

class Asker {
public:
    Asker(Bus& bus, std::string request) : bus_(bus), request_(std::move(request))
    {
        for (std::size_t at = 0; (at = request_.find(id_begins, at)) != request_.npos; ++at)
            places_.push_back(at + id_begins.size());
        check(!places_.empty(), "the request has no bench-00000000");
        bus.declare_queue(replies, amqp_empty_table);
        bus.bind(replies, "targeted", replies);
        bus.bind(replies, "callevt", "call.#");
        bus.consume(replies, false);
    }

    void run(double rate, double seconds)
    {
        const auto began = Clock::now();
        const auto ends = began + std::chrono::duration<double>(seconds);
        auto now = began;
        while (now < ends) {
            const double due = std::chrono::duration<double>(now - began).count() * rate;
            const bool may_ask = rate > 0 ? static_cast<double>(asked_.size()) < due
                                          : asked_.size() - ended_ < outstanding_max;
            if (may_ask) ask();
            hear(std::chrono::microseconds(may_ask ? 0 : 200));
            now = Clock::now();
        }
        took_ = std::chrono::duration<double>(now - began).count();
        in_time_ = ended_;
        while (ended_ < asked_.size() && Clock::now() < now + std::chrono::seconds(12))
            hear(std::chrono::milliseconds(10));
    }

    void print()
    {
        std::printf("{\"asked\":%zu,\"flows\":%zu,\"failed\":%zu,\"doubled\":%zu,\"rate\":%.1f",
                    asked_.size(), flows_.size(), failed_, doubled_,
                    static_cast<double>(in_time_) / took_);
        print("processing_us", processing_);
        print("flow_us", flows_);
        std::printf("}\n");
    }

private:
    void ask()
    {
        char number[id_digits + 1];
        std::snprintf(number, sizeof number, "%0*ld", static_cast<int>(id_digits),
                      first_ + static_cast<long>(asked_.size()));
        for (const std::size_t place : places_) request_.replace(place, id_digits, number);
        asked_.push_back(Clock::now());
        had_.emplace_back();
        bus_.publish("callmgr", "pivot.req.bench", request_, amqp_empty_table);
    }

    void hear(std::chrono::microseconds at_most)
    {
        amqp_frame_t frame;
        if (!bus_.wait(frame, at_most) || frame.payload.method.id != AMQP_BASIC_DELIVER_METHOD)
            return;
        const std::string body = bus_.body();
        const long number = number_in(body) - first_;
        check(number >= 0 && static_cast<std::size_t>(number) < asked_.size(),
              "whose reply is it?");
        note(static_cast<std::size_t>(number), body);
    }

    void note(std::size_t number, const std::string& body)
    {
        const std::chrono::duration<double, std::micro> took = Clock::now() - asked_[number];
        const bool is_flow = body.find("CHANNEL_PIVOT") != body.npos;
        const bool is_failed = !is_flow && body.find("\"failed\"") != body.npos;
        bool& had_before = is_flow ? had_[number].flow : had_[number].reply;
        if (std::exchange(had_before, true)) {
            ++doubled_;
            return;
        }
        if (!is_flow && !is_failed) {
            processing_.push_back(took.count());
            return;
        }
        if (is_flow)
            flows_.push_back(took.count());
        else
            ++failed_;
        ++ended_;
    }

    static void print(const char* name, std::vector<double>& values)
    {
        std::sort(values.begin(), values.end());
        const auto at = [&](double part) {
            return values.empty() ? 0
                                  : values[static_cast<std::size_t>(
                                        part * static_cast<double>(values.size() - 1))];
        };
        std::printf(",\"%s\":{\"p50\":%.1f,\"p99\":%.1f}", name, at(0.5), at(0.99));
    }

    Bus& bus_;
    std::string request_;
    std::vector<std::size_t> places_;  // of the numbers
    // Ids that were not used in the last minute, when the same request would be taken for that one,
    // as long as fewer than twenty are used in a millisecond.
    const long first_ =
        static_cast<long>(Clock::now().time_since_epoch().count() / 50'000 % 90'000'000);
    std::vector<Clock::time_point> asked_;
    struct Had {
        bool reply = false;  // `processing` or `failed`
        bool flow = false;
    };
    std::vector<Had> had_;     // by number, as asked_
    std::size_t doubled_ = 0;  // messages of a kind that had come already, or of both
    std::vector<double> processing_, flows_;
    std::size_t failed_ = 0;
    std::size_t ended_ = 0;
    std::size_t in_time_ = 0;
    double took_ = 0;
};

class Answerer {
public:
    Answerer(Bus& bus, std::string flow) : bus_(bus), flow_(std::move(flow))
    {
        amqp_table_entry_t entries[2] = {};
        entries[0].key = bytes("x-max-length");
        entries[0].value.kind = AMQP_FIELD_KIND_I32;
        entries[0].value.value.i32 = 100;
        entries[1].key = bytes("x-message-ttl");
        entries[1].value.kind = AMQP_FIELD_KIND_I32;
        entries[1].value.value.i32 = 60000;
        bus.declare_queue("pivot_listener", {2, entries});
        bus.bind("pivot_listener", "callmgr", "pivot.req.*");
        bus.have_confirms();
        bus.consume("pivot_listener", true);
    }

    void run()
    {
        std::puts("answers");
        std::fflush(stdout);
        pollfd input{STDIN_FILENO, POLLIN, 0};
        while (::poll(&input, 1, 0) == 0) {
            amqp_frame_t frame;
            for (int turn = 0; turn < 100 && bus_.wait(frame, std::chrono::milliseconds(10));
                 ++turn)
                take(frame);
        }
    }

private:
    void take(const amqp_frame_t& frame)
    {
        const void* method = frame.payload.method.decoded;
        if (frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD)
            answer(static_cast<const amqp_basic_deliver_t*>(method)->delivery_tag);
        if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
            const auto* ack = static_cast<const amqp_basic_ack_t*>(method);
            while (!unconfirmed_.empty() && unconfirmed_.front().tag <= ack->delivery_tag) {
                const Sent sent = std::move(unconfirmed_.front());
                unconfirmed_.pop_front();
                if (!sent.call_id.empty()) send_flow(sent.call_id);
            }
        }
    }

    void answer(std::uint64_t tag)
    {
        const std::string body = bus_.body();
        const std::size_t at = body.find(id_begins);
        check(at != body.npos, "a request without an id");
        std::string call_id = body.substr(at, body.find('"', at) - at);
        bus_.publish("targeted", replies, message("pivot", "processing", call_id, ""),
                     header("Deliver-To-PID", "<0.1.0>"));
        bus_.acknowledge(tag);
        unconfirmed_.push_back({++published_, std::move(call_id)});
    }

    void send_flow(const std::string& call_id)
    {
        const std::string data = ",\"Application-Data\":" + flow_;
        bus_.publish("callevt", "call.CHANNEL_PIVOT." + call_id.substr(0, call_id.find('@')),
                     message("call_event", "CHANNEL_PIVOT", call_id, data),
                     header("call-id", call_id));
        unconfirmed_.push_back({++published_, {}});
    }

    static std::string message(std::string_view category, std::string_view name,
                               std::string_view call_id, std::string_view more)
    {
        std::string made = R"({"App-Name":"translator","App-Version":"4.0.0","Node":"bench@host",)"
                           R"("Msg-ID":"1d6f0a5e7b8c49a2b3c4d5e6f7081920","Event-Category":")";
        made.append(category).append(R"(","Event-Name":")").append(name);
        made.append(R"(","Call-ID":")").append(call_id).append("\"").append(more).append("}");
        return made;
    }

    amqp_table_t header(std::string_view name, std::string_view value)
    {
        entry_ = {};
        entry_.key = bytes(name);
        entry_.value.kind = AMQP_FIELD_KIND_UTF8;
        entry_.value.value.bytes = bytes(value);
        return {1, &entry_};
    }

    struct Sent {
        std::uint64_t tag;
        std::string call_id;  // of a `processing`
    };

    Bus& bus_;
    std::string flow_;  // as a JSON string
    amqp_table_entry_t entry_{};
    std::deque<Sent> unconfirmed_;
    std::uint64_t published_ = 0;
};

int run(int count, char** arguments)
{
    if (count == 9 && std::string_view(arguments[1]) == "ask") {
        Bus bus(arguments + 2);
        Asker asker(bus, file(arguments[8]));
        asker.run(std::atof(arguments[6]), std::atof(arguments[7]));
        asker.print();
        return 0;
    }
    if (count == 7 && std::string_view(arguments[1]) == "answer") {
        Bus bus(arguments + 2);
        Answerer(bus, file(arguments[6])).run();
        return 0;
    }
    std::fprintf(stderr, "amqp_bus: ask or answer, as its source says\n");
    return 2;
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** arguments)
{
    try {
        return pivot::bench::run(count, arguments);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
}
