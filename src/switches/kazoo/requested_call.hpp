// A call about which KAZOO has asked, from the request until it has its reply and, after
// `processing`, its callflow, or until the document that came in place of one is performed.
//
//     waiting ──► holding ──► replied ──► flow_due ──► flow_sent ──► settled
//        │ ▲ the outcome  the bus  │ processing ▲ likewise
//        │ │ is known     takes it │ is         │
//        ▼ │                       │ confirmed  │ a later answer, or none
//     opening: a document,         ├─► performing ─► apologizing ─► flow_due
//     is the call still there?     │          └── the caller hangs up, or is elsewhere ──► settled
//                                  └─► in_doubt: the connection was lost before `processing` was
//                                      confirmed, and another pivot may have the request
//
// `failed` is settled when it is confirmed. Without a bus an outcome is held, and so is one whose
// request has gone back to the queue with a lost connection: it may be anybody's now, and is ours
// again only if it is delivered to us once more, or if the queue has died with the connection.
#pragma once

#include "base/clock.hpp"
#include "reactor/timers.hpp"
#include "switches/kazoo/bus_call.hpp"
#include "switches/kazoo/bus_line.hpp"
#include "switches/kazoo/call_line.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

class RequestDesk;

class RequestedCall final : private reactor::Timer, private BusCallListener, private BusLineOwner {
public:
    enum class State : std::uint8_t {
        waiting,
        opening,
        holding,
        replied,
        in_doubt,
        performing,
        apologizing,
        flow_due,
        flow_sent,
        settled
    };

    RequestedCall(RequestDesk& desk, std::string key, std::string request_id, std::string call_id,
                  QueueAddress controller);
    RequestedCall(const RequestedCall&) = delete;
    RequestedCall& operator=(const RequestedCall&) = delete;
    ~RequestedCall();

    Channel& channel() { return channel_; }

    const std::string& id_on_bus() const { return new_id.empty() ? call_id : new_id; }

    // Whether the request has no reply yet.
    bool is_unanswered() const { return state <= State::holding; }

    // Wakes the desk at this time, or not at all with `never`.
    void set_timer(Nanoseconds at);

    // Has its document performed from now on, once perform() is called.
    void make_line(BusLines& lines, CallIdentity identity);

    const std::string key;         // Msg-ID and Call-ID
    const std::string request_id;  // the Msg-ID
    const std::string call_id;     // in the request and the engine
    const std::string own_id;      // in the log, because several requests may have the same call id
    const QueueAddress controller;

    State state = State::waiting;
    bool has_session = false;      // that has not ended
    bool is_returned = false;      // the reply was returned: the callflow is gone
    std::uint64_t tag = 0;         // of the delivery, until it is acknowledged
    bool is_lost = false;          // it went back to the queue with a connection
    bool may_be_anothers = false;  // there were other consumers then
    bool may_come_again = false;   // and is a new request then
    Nanoseconds received_at = 0;
    Nanoseconds answer_by = 0;   // the request's own time
    Nanoseconds hold_until = 0;  // until then another pivot may claim the request
    Nanoseconds reply_by = 0;    // after that KAZOO no longer waits
    Nanoseconds flow_by = 0;     // after that the callflow is useless
    std::string message_id;      // of the last publication
    std::string flow;            // to go on with
    std::string failure;         // why there is neither flow nor document; else empty
    JobId job = 0;               // of the flow
    Engine::Ticket ticket;

    // ---- of a document ------------------------------------------------------------------------

    bool has_document = false;        // a valid one
    std::string call_object;          // the request's `Call` as JSON, until there is a line
    std::string branch;               // the callflow's `_`, as JSON; empty if unknown
    std::string new_id;               // the call's id on the bus if it has changed
    bool wants_event_as_cdr = false;  // else the engine writes it
    bool is_given_back = false;       // by the engine
    bool ends_badly = false;          // likewise: a later request has failed
    bool owes_cdr = false;            // likewise
    bool is_over = false;             // the caller has hung up or is elsewhere
    bool was_performed = false;       // or is
    bool is_counted = false;          // among those that are performed
    std::unique_ptr<BusLine> line;    // null if there is no document

private:
    void fired() override;

    void flow_came(JobId job, std::string flow) override;
    void commanded(std::function<void(PerformedCall& call)> command) override;
    void document_came(bool has_unknown_verbs) override;
    PerformedCall* performed() override { return line ? &line->performed() : nullptr; }
    void given_back(const SessionEnd& end) override;
    void ended(const SessionEnd& end) override;

    void is_there() override;
    void is_gone() override;
    void told(Event event, const std::string& cdr) override;
    void renamed(const std::string& id) override;
    bool has_sent(std::string_view id) const override { return id == message_id; }
    void note(std::string_view text) override;
    void warn(std::string_view text) override;

    RequestDesk& desk_;
    BusCall channel_;
};

}  // namespace pivot::switches::kazoo
