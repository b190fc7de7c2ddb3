// What comes over KAZOO's bus is read within its bounds: frames of a broker, and the request in a
// message. A request that is understood has all that an answer to it needs.
#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "switches/kazoo/amqp_session.hpp"
#include "switches/kazoo/pivot_request.hpp"

namespace pivot::fuzz {
namespace {

using namespace switches::kazoo;

void check(std::string_view body)
{
    using std::chrono::milliseconds;
    json::Document document;
    const PivotRequest request = PivotRequest::read(document, body, milliseconds(5'000));
    require(is_valid_utf8(request.call_id), "the id of a call is text");
    if (request.controller) {
        require(!request.controller->queue.empty(), "a reply has a queue");
        require(request.controller->queue.size() <= routing_key_bytes_max, "a queue is a key");
    }
    if (!request.question)
        return require(!request.question.error().empty(), "a refusal has a reason");
    require(!request.call_id.empty() && !request.message_id.empty(), "a request has its names");
    const milliseconds timeout = request.question->action.timeout;
    require(timeout >= milliseconds(1) && timeout <= milliseconds(5'000), "a timeout is clamped");
    for (const auto& [name, value] : request.question->action.custom_request_headers) {
        require(value.find_first_of("\r\n") == value.npos, "a header is one line");
    }
}

class Listener final : public BusListener {
public:
    void opened(Bus&, bool) override {}
    void delivered(Delivery&& delivery) override { check(delivery.body); }
    void returned(std::string_view) override {}
    void confirmed(std::uint64_t, bool) override {}
    void blocked(bool) override {}
    void lost() override {}
};

void read_frames(std::string_view bytes, std::size_t piece_bytes)
{
    const Broker broker;
    Listener listener;
    AmqpSession session(broker, AmqpSessionSettings(), listener, [] {});
    in_pieces(bytes, piece_bytes, [&](std::string_view piece) {
        const bool goes_on = session.receive(piece).has_value();
        session.take_output();
        return goes_on;
    });
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    pivot::fuzz::Input input(data, size_bytes);
    const std::uint8_t kind = input.byte();
    if (kind == '{') {
        const std::string body = "{" + std::string(input.rest());
        pivot::fuzz::check(body);
    } else {
        pivot::fuzz::read_frames(input.rest(), kind == 0 ? 1 : kind);
    }
    return 0;
}
