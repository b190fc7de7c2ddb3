#include "switches/kazoo/replies.hpp"

#include "base/json.hpp"
#include "base/random_id.hpp"

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

void add_member(std::string& json, std::string_view name, std::string_view value)
{
    json += json.empty() ? '{' : ',';
    json::append_quoted(json, name);
    json += ':';
    json::append_quoted(json, value);
}

std::string body_of(const Frame& frame, std::string_view node, std::string_view message_id,
                    std::string_view call_id)
{
    std::string json;
    json.reserve(message_bytes);
    add_member(json, "Event-Category", frame.category);
    add_member(json, "Event-Name", frame.name);
    add_member(json, "App-Name", frame.application);
    add_member(json, "App-Version", "4.0.0");
    add_member(json, "Node", node);
    add_member(json, "Msg-ID", message_id);
    add_member(json, "Call-ID", call_id);
    return json;
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
    return reply_to(controller, body_of(frame, node_, message_id, call_id) + '}');
}

Publication Replies::failed(std::string_view call_id, const QueueAddress& controller,
                            std::string& message_id)
{
    message_id = next_id();
    const Frame frame = {"pivot", "failed", "pivot"};
    return reply_to(controller, body_of(frame, node_, message_id, call_id) + '}');
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
    event.body = body_of(frame, node_, message_id, call_id);
    event.body.reserve(message_bytes + 2 * flow.size());
    add_member(event.body, "Application-Data", flow);
    event.body += '}';
    return event;
}

Publication Replies::claim(const Claim& claim)
{
    const Frame frame = {"pivot", claim.is_answer ? "taken" : "claim", "pivot"};
    Publication publication;
    publication.exchange = "callmgr";
    publication.routing_key = claim_key;
    publication.body = body_of(frame, node_, next_id(), claim.call_id);
    add_member(publication.body, "Request-ID", claim.request_id);
    add_member(publication.body, "Redelivered", claim.was_delivered_again ? "true" : "false");
    publication.body += '}';
    return publication;
}

std::string message_id_of(std::string_view body)
{
    json::Document document;
    const auto message = document.read(body);
    const auto id = message ? message->find("Msg-ID") : std::nullopt;
    return id && id->is_string() ? std::string(id->text()) : std::string();
}

}  // namespace pivot::switches::kazoo
