#include "switches/kazoo/replies.hpp"

#include "base/json.hpp"
#include "base/random_id.hpp"
#include "switches/body.hpp"
#include "switches/member_text.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

// A longer body than this, of a long flow, does not keep its memory.
constexpr std::size_t kept_bytes_max = 64 * 1024;

// `application`: the Erlang application that would send the message.
std::string head_of(std::string_view category, std::string_view name, std::string_view application,
                    std::string_view node)
{
    std::string head = Body()
                           .add("Event-Category", category)
                           .add("Event-Name", name)
                           .add("App-Name", application)
                           .add("App-Version", "4.0.0")
                           .add("Node", node)
                           .take();
    head.pop_back();
    return head;
}

// Builds a message in the memory of the one before.
Body begin(std::string before, const std::string& head, std::string_view message_id,
           std::string_view call_id)
{
    if (before.capacity() > kept_bytes_max) before = {};
    before = head;
    Body body(std::move(before));
    body.add("Msg-ID", message_id).add("Call-ID", call_id);
    return body;
}

}  // namespace

Replies::Replies(const std::string& node)
    : processing_(head_of("pivot", "processing", "translator", node)),
      failed_(head_of("pivot", "failed", "pivot", node)),
      flow_(head_of("call_event", "CHANNEL_PIVOT", "translator", node)),
      claim_request_(head_of("pivot", "claim", "pivot", node)),
      claim_answer_(head_of("pivot", "taken", "pivot", node)),
      prefix_(random_id() + '-')
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

// If the call's queue is gone, its callflow is gone, too.
const Publication& Replies::reply(const std::string& head, std::string_view call_id,
                                  const QueueAddress& controller, std::string& message_id)
{
    set_next_id(message_id);
    address(reply_, controller, "targeted");
    reply_.body = begin(std::move(reply_.body), head, message_id, call_id).take();
    return reply_;
}

const Publication& Replies::processing(std::string_view call_id, const QueueAddress& controller,
                                       std::string& message_id)
{
    return reply(processing_, call_id, controller, message_id);
}

const Publication& Replies::failed(std::string_view call_id, const QueueAddress& controller,
                                   std::string& message_id)
{
    return reply(failed_, call_id, controller, message_id);
}

// The header decides which of KAZOO's queues gets it.
const Publication& Replies::flow(std::string_view call_id, std::string_view flow,
                                 std::string& message_id)
{
    set_next_id(message_id);
    event_.routing_key = "call.CHANNEL_PIVOT.";
    append_key_part(event_.routing_key, call_id);
    event_.headers.front().second = call_id;
    event_.body = begin(std::move(event_.body), flow_, message_id, call_id)
                      .add("Application-Data", flow)
                      .take();
    return event_;
}

const Publication& Replies::claim(const Claim& claim)
{
    set_next_id(claim_id_);
    const std::string& head = claim.is_answer ? claim_answer_ : claim_request_;
    claim_.body = begin(std::move(claim_.body), head, claim_id_, claim.call_id)
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
