#include "switches/kazoo/bus_line.hpp"

#include "base/random_id.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/cdr_form.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

// How long nodes may take to say whether the call exists.
constexpr Nanoseconds status_ns = second_ns;

// How long a command waits for a connection.
constexpr Nanoseconds unsent_ns = 5 * second_ns;

}  // namespace

BusLine::BusLine(reactor::Reactor& reactor, BusLines& lines, CallIdentity identity,
                 BusLineOwner& owner)
    : reactor_(reactor),
      lines_(lines),
      owner_(owner),
      performed_(reactor, std::move(identity), *this)
{
    lines_.add(*this);
}

BusLine::~BusLine()
{
    for (const std::string& call_id : followed_) lines_.end_route(call_id, *this);
    for (const BusLines::Binding& binding : bindings_) lines_.unbind(binding);
    lines_.remove(*this);
}

// ---- the beginning ------------------------------------------------------------------------------

void BusLine::open(Nanoseconds until)
{
    is_opening_ = true;
    decision_.set(std::min(until, reactor_.now() + status_ns));
    follow(identity().call_id);
    const std::string message_id = random_id();
    Frame frame;
    frame.node = identity().node;
    frame.queue = queue();
    frame.message_id = message_id;
    if (lines_.can_publish()) publish(0, status_request(frame, identity().call_id));
}

void BusLine::hear_status(const CallEvent& event)
{
    if (event.call_id != identity().call_id) return;
    if (event.response != "terminated") {
        is_said_gone_ = false;
        if (is_opening_) return decide();
        return performed_.happened(event);
    }
    if (std::exchange(is_said_gone_, true) || is_opening_) return;
    decision_.set(reactor_.now() + status_ns);
}

void BusLine::decide()
{
    decision_.stop();
    const bool was_opening = std::exchange(is_opening_, false);
    const bool is_gone = std::exchange(is_said_gone_, false);
    if (is_gone) lines_.numbers().ends_missed.add();
    if (!was_opening) return is_gone ? performed_.vanish() : void();
    is_gone ? owner_.is_gone() : owner_.is_there();
}

void BusLine::commanded(std::function<void(PerformedCall& call)> command)
{
    is_performing_ ? command(performed_) : waiting_.push_back(std::move(command));
}

void BusLine::perform()
{
    is_performing_ = true;
    for (const auto& command : std::exchange(waiting_, {})) command(performed_);
}

// ---- what happens -------------------------------------------------------------------------------

// Waiting commands go before the marker that reveals what has ended.
void BusLine::connected()
{
    flush();
    if (is_performing_) performed_.bus_is_back();
}

void BusLine::hear(const CallEvent& event, std::string_view body)
{
    using Kind = CallEvent::Kind;
    if (event.kind == Kind::status) return hear_status(event);
    if (event.kind == Kind::pivoted && owner_.has_sent(event.message_id)) return;
    const std::string call_id = identity().call_id;
    const bool is_end = event.kind == Kind::destroyed && event.call_id == call_id;
    if (is_end) cdr_ = cdr_form(body, identity().account_id);
    performed_.happened(event);
    if (event.kind != Kind::replaced) return;  // the line may have been destroyed
    if (identity().call_id != call_id) owner_.renamed(identity().call_id);
}

void BusLine::tell(Event event)
{
    owner_.told(std::move(event), cdr_);
}

// ---- messages -----------------------------------------------------------------------------------

void BusLine::command(JobId job, std::string body)
{
    publish(job, publication_to(identity().control, "callctl", std::move(body)));
}

void BusLine::publish(JobId job, Publication publication)
{
    unsent_.push_back({job, std::move(publication), reactor_.now() + unsent_ns});
    flush();
}

void BusLine::flush()
{
    while (!unsent_.empty() && lines_.can_publish()) {
        const Unsent next = std::move(unsent_.front());
        unsent_.pop_front();
        lines_.numbers().commands.add();
        lines_.publish(*this, next.job, next.publication);
    }
    unsent_.empty() ? patience_.stop() : patience_.set(unsent_.front().until);
}

void BusLine::drop_overdue()
{
    std::vector<JobId> failed;
    while (!unsent_.empty() && unsent_.front().until <= reactor_.now()) {
        failed.push_back(unsent_.front().job);
        unsent_.pop_front();
    }
    flush();
    for (const JobId job : failed) fail(job);
}

void BusLine::fail(JobId job)
{
    lines_.numbers().commands_failed.add();
    if (job != 0) performed_.command_failed(job);
}

// ---- what is followed ---------------------------------------------------------------------------

void BusLine::bind(std::string exchange, std::string key)
{
    if (key.size() > routing_key_bytes_max) return;
    bindings_.emplace_back(std::move(exchange), std::move(key));
    lines_.bind(bindings_.back());
}

void BusLine::follow(const std::string& call_id)
{
    if (call_id.empty() || std::ranges::find(followed_, call_id) != followed_.end()) return;
    followed_.push_back(call_id);
    lines_.route(call_id, *this);
    bind("callevt", "call.*." + encode_key_part(call_id));
}

void BusLine::unfollow(const std::string& call_id)
{
    if (std::erase(followed_, call_id) == 0) return;
    lines_.end_route(call_id, *this);
    const BusLines::Binding binding{"callevt", "call.*." + encode_key_part(call_id)};
    if (std::erase(bindings_, binding) > 0) lines_.unbind(binding);
}

void BusLine::follow_conference(const std::string& conference_id)
{
    bind("conference", fmt::format("conference.event.*.*.{}.{}", conference_id,
                                   encode_key_part(identity().call_id)));
}

}  // namespace pivot::switches::kazoo
