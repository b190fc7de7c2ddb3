#include "switches/kazoo/replies.hpp"

#include "base/json.hpp"
#include "base/random_id.hpp"
#include "switches/body.hpp"
#include "switches/member_text.hpp"

#include <utility>

namespace pivot::switches::kazoo {

namespace {

// The keys of all messages: the Erlang application that would send them, and its version.
struct Frame {
    std::string_view category;
    std::string_view name;
    std::string_view application;
};

// The approximate size of a message without its flow.
constexpr std::size_t message_bytes = 512;

Body begin(const Frame& frame, std::string_view node, std::string_view message_id,
           std::string_view call_id, std::size_t more_bytes = 0)
{
    Body body(message_bytes + more_bytes);
    body.add("Event-Category", frame.category)
        .add("Event-Name", frame.name)
        .add("App-Name", frame.application)
        .add("App-Version", "4.0.0")
        .add("Node", node)
        .add("Msg-ID", message_id)
        .add("Call-ID", call_id);
    return body;
}

// If the call's queue is gone, its callflow is gone, too.
Publication reply_to(const QueueAddress& controller, std::string body)
{
    return publication_to(controller, "targeted", std::move(body));
}

}  // namespace

Replies::Replies(std::string node) : node_(std::move(node)), prefix_(random_id() + '-') {}

std::string Replies::next_id()
{
    return prefix_ + std::to_string(++messages_);
}

Publication Replies::processing(std::string_view call_id, const QueueAddress& controller,
                                std::string& message_id)
{
    message_id = next_id();
    const Frame frame = {"pivot", "processing", "translator"};
    return reply_to(controller, begin(frame, node_, message_id, call_id).take());
}

Publication Replies::failed(std::string_view call_id, const QueueAddress& controller,
                            std::string& message_id)
{
    message_id = next_id();
    const Frame frame = {"pivot", "failed", "pivot"};
    return reply_to(controller, begin(frame, node_, message_id, call_id).take());
}

// The header decides which of KAZOO's queues gets it.
Publication Replies::flow(std::string_view call_id, std::string_view flow, std::string& message_id)
{
    message_id = next_id();
    const Frame frame = {"call_event", "CHANNEL_PIVOT", "translator"};
    Publication event;
    event.exchange = "callevt";
    event.routing_key = "call.CHANNEL_PIVOT." + encode_key_part(call_id);
    event.headers = {{"call-id", std::string(call_id)}};
    event.body = begin(frame, node_, message_id, call_id, 2 * flow.size())
                     .add("Application-Data", flow)
                     .take();
    return event;
}

Publication Replies::claim(const Claim& claim)
{
    const Frame frame = {"pivot", claim.is_answer ? "taken" : "claim", "pivot"};
    Publication publication;
    publication.exchange = "callmgr";
    publication.routing_key = claim_key;
    publication.body = begin(frame, node_, next_id(), claim.call_id)
                           .add("Request-ID", claim.request_id)
                           .add("Redelivered", claim.was_delivered_again ? "true" : "false")
                           .take();
    return publication;
}

std::string message_id_of(std::string_view body)
{
    json::Document document;
    const auto message = document.read(body);
    return message ? std::string(member_text(*message, "Msg-ID")) : std::string();
}

}  // namespace pivot::switches::kazoo
