// Conferences and queues of a scripted call.
#include "base/text.hpp"
#include "switches/scripted/duration.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

constexpr milliseconds room_starts_after{5'000};
constexpr milliseconds room_ends_after{20'000};
constexpr milliseconds conversation_length{10'000};

std::chrono::seconds whole_seconds(Nanoseconds time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(time));
}

std::string name_of_other(unsigned number)
{
    return fmt::format("someone-{}", number);
}

}  // namespace

// The caller comes first, then another, with whom it begins; when it ends, all leave it.
bool ScriptedChannel::join(JobId id, const Conference& conference)
{
    Job* job = begin(id, JobKind::room, caller);
    if (job == nullptr) return true;
    job->ends_room = conference.ends_with_caller;
    note("PIVOT", "conference", conference.room.text(),
         fmt::format("brings the caller into the conference \"{}\"{}", conference.room.text(),
                     conference.is_muted ? ", muted" : ""));
    const RoomBehaviour room = rooms_.take();
    const milliseconds ends_after = room.ends_after.value_or(room_ends_after);
    after(milliseconds(0),
          [this, id] { happens(id, ConferenceEventKind::join, call_id_, "the caller is in"); });
    const milliseconds starts_after = room.starts_after.value_or(room_starts_after);
    after(starts_after, [this, id] {
        const Job* waiting = find(id);
        if (waiting != nullptr && !waiting->has_started) join_someone(id);
    });
    if (starts_after == endless || ends_after == endless) return true;
    after(starts_after + ends_after, [this, id] {
        while (find(id) != nullptr && find(id)->others > 0) part_someone();
        end(id, JobEnd::finished);
    });
    return true;
}

void ScriptedChannel::happens(JobId room, ConferenceEventKind kind, std::string member,
                              std::string text)
{
    if (find(room) == nullptr) return;
    std::string what = text;
    note("ROOM", "conference event", std::move(what), std::move(text));
    ConferenceHappened happened;
    happened.job = room;
    happened.kind = kind;
    happened.member = std::move(member);
    tell_(std::move(happened));
}

void ScriptedChannel::join_someone()
{
    const Job* room = find(JobKind::room);
    if (room != nullptr) return join_someone(JobId(room->id));
    RoomBehaviour is_there;
    is_there.starts_after = milliseconds(0);
    rooms_.add(is_there);
}

void ScriptedChannel::join_someone(JobId id)
{
    Job* room = find(id);
    const bool starts = !std::exchange(room->has_started, true);
    happens(id, ConferenceEventKind::join, name_of_other(++room->others), "someone joins");
    if (starts) happens(id, ConferenceEventKind::start, "", "begins");
}

void ScriptedChannel::part_someone()
{
    Job* room = find(JobKind::room);
    if (room == nullptr || room->others == 0) return;
    const unsigned number = room->others--;
    happens(room->id, ConferenceEventKind::leave, name_of_other(number), "someone leaves");
}

// The caller leaves it. It ends where nobody else is in it, or where it does not go on without the
// caller.
void ScriptedChannel::end_room(JobId id)
{
    const Job room = *find(id);
    happens(id, ConferenceEventKind::leave, call_id_, "the caller leaves");
    const bool goes_on = room.others > 0 && !room.ends_room;
    if (!goes_on) happens(id, ConferenceEventKind::end, "", "ends");
}

bool ScriptedChannel::enqueue(JobId id, const Queue& queue)
{
    if (begin(id, JobKind::queue, caller) == nullptr) return true;
    note("PIVOT", "queue", queue.name.text(),
         fmt::format("puts the caller into the queue \"{}\"", queue.name.text()));
    using End = QueueWaiting::End;
    const QueueBehaviour behaviour = queues_.take();
    const auto waiting = behaviour.waiting.value_or(QueueWaiting());
    if (waiting.end != End::full && waiting.end != End::fails) {
        QueueStanding alone;
        alone.job = id;
        alone.position = 1;
        alone.size = 1;
        tell_(alone);
    }
    if (waiting.end == End::never) return true;
    if (waiting.end == End::full || waiting.end == End::fails) {
        const bool is_full = waiting.end == End::full;
        after(milliseconds(0), [this, id, is_full, why = waiting.why] {
            const Job* refused = find(id);
            if (refused == nullptr) return;
            note("QUEUE", is_full ? "queue full" : "queue fail", "",
                 is_full ? "is full" : with_reason("fails", why));
            end_queue(Job(*refused), is_full ? QueueEnd::full : QueueEnd::failed, why);
        });
        return true;
    }
    after(waiting.after, [this, id] {
        Job* taken = find(id);
        if (taken == nullptr) return;
        taken->bridged_at = clock_.now();
        note("QUEUE", "queue bridge", "", "connects the caller");
        tell_(QueueBridged{id});
    });
    finish_after(waiting.after + behaviour.ends_after.value_or(conversation_length), id);
    return true;
}

// Nobody hears anybody here.
bool ScriptedChannel::mix(JobId id, const MixName& mix, unsigned)
{
    if (begin(id, JobKind::other, caller) == nullptr) return true;
    note("PIVOT", "mix", mix.text(), fmt::format("brings the caller into the mix {}", mix.text()));
    return true;
}

bool ScriptedChannel::dequeue(JobId id, const QueueName& queue, milliseconds timeout)
{
    Job* job = begin(id, JobKind::queue, caller);
    if (job == nullptr) return true;
    note("PIVOT", "dequeue", queue.text(),
         fmt::format("connects the caller with the first of the queue \"{}\"", queue.text()));
    using End = QueueWaiting::End;
    const QueueBehaviour behaviour = queues_.take();
    const auto waiting = behaviour.waiting.value_or(QueueWaiting());
    switch (waiting.end) {
        case End::full:
        case End::fails:
            after(milliseconds(0), [this, id, why = waiting.why] {
                const Job* refused = find(id);
                if (refused != nullptr) end_queue(Job(*refused), QueueEnd::failed, why);
            });
            break;
        case End::empty:
        case End::never: finish_after(timeout == unlimited ? endless : timeout, id); break;
        case End::bridges:
            job->bridged_at = clock_.now();
            tell_(QueueBridged{id});
            finish_after(behaviour.ends_after.value_or(conversation_length), id);
            break;
    }
    return true;
}

void ScriptedChannel::end_queue(const Job& job, QueueEnd how, std::string_view why)
{
    QueueEnded ended;
    ended.job = job.id;
    ended.end = how;
    ended.why = why;
    const bool was_bridged = job.bridged_at != never;
    ended.waited = whole_seconds((was_bridged ? job.bridged_at : clock_.now()) - job.began);
    if (was_bridged) {
        ended.talked = whole_seconds(clock_.now() - job.bridged_at);
        ended.other_call_id = name_of_other(1);
    }
    std::erase_if(jobs_, [&job](const Job& other) { return other.id == job.id; });
    tell_(std::move(ended));
}

}  // namespace pivot::switches::scripted
