#include "switches/kazoo/replies.hpp"

#include "base/json.hpp"
#include "base/random_id.hpp"
#include "switches/member_text.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

// The approximate size of a message without its flow.
constexpr std::size_t message_bytes = 512;

}  // namespace

Replies::Replies(std::string node) : node_(std::move(node)), prefix_(random_id() + '-')
{
    event_.exchange = "callevt";
    event_.headers.resize(1);
    event_.headers.front().first = "call-id";
    claim_.exchange = "callmgr";
    claim_.routing_key = claim_key;
}

void Replies::set_next_id(std::string& message_id)
{
    message_id = prefix_;
    fmt::format_to(std::back_inserter(message_id), "{}", ++messages_);
}

Body Replies::begin(const Frame& frame, std::string_view message_id, std::string_view call_id,
                    std::size_t more_bytes) const
{
    Body body(message_bytes + more_bytes);
    body.add("Event-Category", frame.category)
        .add("Event-Name", frame.name)
        .add("App-Name", frame.application)
        .add("App-Version", "4.0.0")
        .add("Node", node_)
        .add("Msg-ID", message_id)
        .add("Call-ID", call_id);
    return body;
}

// If the call's queue is gone, its callflow is gone, too.
const Publication& Replies::reply(const Frame& frame, std::string_view call_id,
                                  const QueueAddress& controller, std::string& message_id)
{
    set_next_id(message_id);
    address(reply_, controller, "targeted");
    reply_.body = begin(frame, message_id, call_id).take();
    return reply_;
}

const Publication& Replies::processing(std::string_view call_id, const QueueAddress& controller,
                                       std::string& message_id)
{
    return reply({"pivot", "processing", "translator"}, call_id, controller, message_id);
}

const Publication& Replies::failed(std::string_view call_id, const QueueAddress& controller,
                                   std::string& message_id)
{
    return reply({"pivot", "failed", "pivot"}, call_id, controller, message_id);
}

// The header decides which of KAZOO's queues gets it.
const Publication& Replies::flow(std::string_view call_id, std::string_view flow,
                                 std::string& message_id)
{
    set_next_id(message_id);
    const Frame frame = {"call_event", "CHANNEL_PIVOT", "translator"};
    event_.routing_key = "call.CHANNEL_PIVOT.";
    append_key_part(event_.routing_key, call_id);
    event_.headers.front().second = call_id;
    event_.body =
        begin(frame, message_id, call_id, 2 * flow.size()).add("Application-Data", flow).take();
    return event_;
}

const Publication& Replies::claim(const Claim& claim)
{
    set_next_id(claim_id_);
    const Frame frame = {"pivot", claim.is_answer ? "taken" : "claim", "pivot"};
    claim_.body = begin(frame, claim_id_, claim.call_id)
                      .add("Request-ID", claim.request_id)
                      .add("Redelivered", claim.was_delivered_again ? "true" : "false")
                      .take();
    return claim_;
}

std::string message_id_of(std::string_view body)
{
    json::Document document;
    const auto message = document.read(body);
    return message ? std::string(member_text(*message, "Msg-ID")) : std::string();
}

}  // namespace pivot::switches::kazoo
