// Requests that are answered with a document: the caller is ours until they hang up, or a callflow
// continues.
#include "switches/kazoo/call_object.hpp"
#include "switches/kazoo/request_desk.hpp"

#include <utility>
#include <variant>

namespace pivot::switches::kazoo {

namespace {

// The engine numbers its jobs from 1.
constexpr JobId apology_job = 0xffff'ffff;

constexpr Nanoseconds apology_ns = 30 * second_ns;

constexpr std::string_view no_flow = "{}";

bool ends(const Event& event, JobId job)
{
    const auto* const ended = std::get_if<JobEnded>(&event);
    return ended != nullptr && ended->job == job;
}

}  // namespace

// ---- the beginning ------------------------------------------------------------------------------

// For KAZOO, a document with an unknown verb is invalid as a whole.
void RequestDesk::take_document(Call& call, bool has_unknown_verbs)
{
    if (call.state != State::waiting) return;
    call.has_document = true;
    if (!has_unknown_verbs) return;
    hang_up(call);
    fail(call, "invalid_twiml: a verb of the document is unknown");
}

void RequestDesk::take_command(Call& call, std::function<void(PerformedCall& call)> command)
{
    if (call.state == State::waiting) open(call);
    if (call.line && !call.is_over) call.line->commanded(std::move(command));
}

// The answer is valid.
void RequestDesk::open(Call& call)
{
    CallIdentity identity = identity_of(std::move(call.call_object));
    identity.node = settings_.node;
    if (identity.control.queue.empty()) {
        hang_up(call);
        return fail(call, "bad_action: the call names no queue for the commands of a document");
    }
    call.state = State::opening;
    call.set_timer(never);
    call.make_line(lines_, std::move(identity));
    call.line->open(call.answer_by);
}

void RequestDesk::find_there(Call& call)
{
    if (call.state != State::opening) return;
    call.state = State::holding;
    reply(call);
}

// The document's caller has already hung up. There is a CDR of that.
void RequestDesk::find_gone(Call& call)
{
    if (call.state != State::opening) return;
    attendant_.note(call.own_id, "KAZOO has no such call any more: nothing is performed");
    call.failure = "cancelled: the caller had hung up";
    call.was_performed = true;
    drop(call, numbers_.gone);
}

void RequestDesk::perform(Call& call)
{
    call.state = State::performing;
    call.was_performed = true;
    call.set_timer(never);
    count_performed(call, true);
    numbers_.documents.add();
    attendant_.note(call.own_id, "KAZOO leaves the call to the document");
    call.line->perform();
    if (call.state != State::performing) return;
    if (!call.flow.empty()) return go_on(call, std::move(call.flow));
    if (call.is_given_back) finish(call);
}

void RequestDesk::count_performed(Call& call, bool is_performed)
{
    if (std::exchange(call.is_counted, is_performed) == is_performed) return;
    is_performed ? numbers_.performing.add() : numbers_.performing.take();
}

// ---- the end ------------------------------------------------------------------------------------

// The engine has nothing more to perform.
void RequestDesk::finish(Call& call)
{
    if (!call.ends_badly) return call.line->performed().hang_up(caller, {});
    if (call.branch.empty()) return apologize(call);
    attendant_.note(call.own_id, "the callflow goes on with the branch _ of its pivot");
    go_on(call, std::move(call.branch));
}

void RequestDesk::apologize(Call& call)
{
    attendant_.note(call.own_id, "no branch _ is known: the caller hears an apology");
    call.state = State::apologizing;
    call.set_timer(reactor_.now() + apology_ns);
    PerformedCall& performed = call.line->performed();
    if (settings_.apology.empty()) {
        const auto prompt = PromptName::of("fault-can_not_be_completed_at_this_time");
        return performed.play(apology_job, caller, Media(prompt, LanguageTag()));
    }
    Speech sentence;
    sentence.text = OpaqueText(settings_.apology);
    performed.say(apology_job, caller, sentence);
}

// The session has ended, and the caller is still there.
void RequestDesk::abandon(Call& call, const SessionEnd& end)
{
    const bool is_to_end = !end.cause.name.empty() || call.state == State::apologizing ||
                           (call.is_given_back && !call.ends_badly);
    std::string flow(no_flow);
    if (!is_to_end && !call.branch.empty()) flow = std::move(call.branch);
    if (call.state == State::replied || call.state == State::in_doubt) {
        call.flow = std::move(flow);
    } else if (call.state == State::performing || call.state == State::apologizing) {
        go_on(call, std::move(flow));
    }
}

// ---- what happens -------------------------------------------------------------------------------

void RequestDesk::tell(Call& call, Event event, const std::string& cdr)
{
    auto* const hung_up = std::get_if<HungUp>(&event);
    const bool has_moved = std::holds_alternative<Moved>(event);
    const bool is_end = hung_up != nullptr || has_moved;
    if (call.state == State::apologizing && !is_end) {
        if (ends(event, apology_job)) go_on(call, std::string(no_flow));
        return;
    }
    if (hung_up != nullptr && call.wants_event_as_cdr && !cdr.empty()) hung_up->cdr = cdr;
    if (has_moved && call.state != State::flow_sent) numbers_.taken.add();
    if (call.has_session) attendant_.tell(call.ticket, std::move(event));
    if (!is_end) return;
    call.is_over = true;
    leave(call);
    // A call that was given back and owes no CDR has nothing to wait for.
    const bool waits = has_moved && call.is_given_back && !call.owes_cdr;
    if (waits && call.has_session) attendant_.tell(call.ticket, HungUp{Cause(), std::string()});
}

// The caller has hung up, or is somebody else's.
void RequestDesk::leave(Call& call)
{
    switch (call.state) {
        case State::opening:
        case State::holding:
            call.failure = "cancelled: the caller had hung up";
            return drop(call, numbers_.gone);
        case State::in_doubt:
        case State::performing:
        case State::apologizing:
        case State::flow_due: return settle(call);
        case State::waiting:
        case State::replied:    // until it is confirmed
        case State::flow_sent:  // likewise
        case State::settled: return;
    }
}

void RequestDesk::rename(Call& call, const std::string& id)
{
    const auto known = by_call_id_.find(call.id_on_bus());
    if (known != by_call_id_.end() && known->second == &call) by_call_id_.erase(known);
    attendant_.note(call.own_id, "goes on under the id " + id);
    call.new_id = id;
    enter(call);
}

void RequestDesk::hang_up_caller(std::string_view own_id)
{
    for (Call* const call : all_calls()) {
        if (call->own_id != own_id || !call->line || call->is_over) continue;
        call->line->commanded([](PerformedCall& performed) { performed.hang_up(caller, {}); });
    }
}

}  // namespace pivot::switches::kazoo
