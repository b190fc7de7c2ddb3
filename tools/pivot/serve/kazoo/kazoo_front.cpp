#include "pivot/serve/kazoo/kazoo_front.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

namespace kazoo = switches::kazoo;

}  // namespace

KazooFront::KazooFront(KazooSettings settings, std::string apology, Reception& reception)
    : Attending(reception),
      settings_(std::move(settings)),
      name_("kazoo-" + settings_.name),
      apology_(std::move(apology)),
      bus_(name_, settings_.link(), reception.log())
{
}

std::string KazooFront::description() const
{
    return fmt::format("KAZOO's requests at {}", settings_.places());
}

void KazooFront::add_metrics(std::vector<FrontMetric>& metrics) const
{
    using Type = FrontMetric::Type;
    const auto add = [&](std::string_view name, std::string_view help, Type type,
                         const Counter& counter, std::string_view label = {}) {
        std::string labels = fmt::format("switch=\"{}\"", name_);
        if (!label.empty()) labels += fmt::format(",{}", label);
        metrics.push_back({name, help, type, std::move(labels), counter.value()});
    };
    add("pivot_kazoo_connected", "1 while there is a connection to the bus", Type::gauge,
        numbers_.is_connected);
    add("pivot_kazoo_blocked", "1 while the broker takes no messages", Type::gauge,
        numbers_.is_blocked);
    add("pivot_kazoo_connections_total", "Connections to the bus that were opened", Type::counter,
        numbers_.connections);
    add("pivot_kazoo_requests_total", "Requests that were delivered", Type::counter,
        numbers_.requests);
    add("pivot_kazoo_requests_in_flight", "Requests that have no reply yet", Type::gauge,
        numbers_.in_flight);
    constexpr std::string_view replies = "pivot_kazoo_replies_total";
    constexpr std::string_view replies_help = "Replies that were sent, by what they said";
    add(replies, replies_help, Type::counter, numbers_.processing, "reply=\"processing\"");
    add(replies, replies_help, Type::counter, numbers_.failed, "reply=\"failed\"");
    constexpr std::string_view dropped = "pivot_kazoo_requests_dropped_total";
    constexpr std::string_view dropped_help = "Requests that got no reply, by why";
    add(dropped, dropped_help, Type::counter, numbers_.unreadable, "reason=\"unreadable\"");
    add(dropped, dropped_help, Type::counter, numbers_.too_old, "reason=\"too_old\"");
    add(dropped, dropped_help, Type::counter, numbers_.repeated, "reason=\"repeated\"");
    add(dropped, dropped_help, Type::counter, numbers_.superseded, "reason=\"superseded\"");
    add(dropped, dropped_help, Type::counter, numbers_.gone, "reason=\"gone\"");
    add("pivot_kazoo_flows_total", "Callflows that were sent", Type::counter, numbers_.flows);
    add("pivot_kazoo_replies_returned_total", "Replies whose call was gone", Type::counter,
        numbers_.returned);
    add("pivot_kazoo_messages_repeated_total", "Messages that the broker took at a later attempt",
        Type::counter, numbers_.sent_again);
    add("pivot_kazoo_messages_unconfirmed_total",
        "Messages that may or may not have arrived, because the connection was lost", Type::counter,
        numbers_.unknown_fates);
    add("pivot_kazoo_documents_total", "Requests whose document was performed", Type::counter,
        numbers_.documents);
    add("pivot_kazoo_calls_performed", "Calls with a document that is being performed", Type::gauge,
        numbers_.performing);
    add("pivot_kazoo_calls_taken_total", "Calls that somebody else took out of a document",
        Type::counter, numbers_.taken);
    add("pivot_kazoo_commands_total", "Messages about such calls that were sent", Type::counter,
        numbers_.commands);
    add("pivot_kazoo_commands_failed_total",
        "Messages about such calls that were not sent in time or not accepted", Type::counter,
        numbers_.commands_failed);
    add("pivot_kazoo_events_total", "Events and answers about such calls that came", Type::counter,
        numbers_.events);
    add("pivot_kazoo_ends_missed_total", "Such calls whose end had to be asked for", Type::counter,
        numbers_.ends_missed);
}

void KazooFront::start()
{
    bus_.start(&reception_.engine(), [this](reactor::Reactor& reactor) -> BusThread::Desk {
        kazoo::RequestSettings rules;
        rules.node = bus_node_name();
        rules.timeout_max = reception_.engine().action_limits().timeout_max;
        rules.apology = apology_;
        kazoo::BusAttendant& attendant = *this;
        auto desk =
            std::make_unique<kazoo::RequestDesk>(reactor, attendant, std::move(rules), numbers_);
        desk_ = desk.get();
        return desk;
    });
}

void KazooFront::hang_up(std::string call_id)
{
    bus_.post([this, call_id = std::move(call_id)] { desk_->hang_up_caller(call_id); });
}

// ---- calls --------------------------------------------------------------------------------------

std::string KazooFront::own_id(std::string call_id)
{
    return reception_.own_id(std::move(call_id));
}

std::string KazooFront::begin(kazoo::Arrival arrival, Channel& channel, Engine::Ticket& ticket)
{
    Arrival taken;
    taken.front = name_;
    taken.own_id = std::move(arrival.own_id);
    taken.called = arrival.call.request.user;
    taken.call = std::move(arrival.call);
    taken.action = ActionNode{std::move(arrival.action), {}};
    taken.at_end = AtEnd::give_back;
    auto refusal = reception_.begin(std::move(taken), channel, ticket);
    return refusal ? std::move(refusal->why) : std::string();
}

void KazooFront::refuse(std::string_view own_id, std::string_view why)
{
    CallFacts facts;
    facts.id = own_id;
    facts.front = name_;
    reception_.refuse(std::move(facts),
                      fmt::format("{}: {}", pivot::name(Reason::bad_action), why));
}

}  // namespace pivot::tools
