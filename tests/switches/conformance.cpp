#include "switches/conformance.hpp"

#include "execute/contract.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::test::conformance {

namespace {

using execute::Bridge;
using execute::job_ended;
using execute::job_of;
using execute::JobCommand;
using execute::JobKind;
using execute::Mix;
using execute::SentKeys;

constexpr LegId callee = 1;
constexpr LegId gone = 77;

// One call of one scenario, and what its events break.
class Call {
public:
    Call(SwitchUnderTest& tested, std::string_view scenario, std::vector<std::string>& breaches)
        : tested_(tested), channel_(tested.begin_call()), scenario_(scenario), breaches_(breaches)
    {
    }

    Channel& channel() { return channel_; }
    SwitchUnderTest& tested() { return tested_; }

    // Begins a job by its command. False: the switch cannot do it, and is to tell nothing of it.
    bool begin(LegId leg, JobCommand command)
    {
        const JobId id = ++last_;
        const JobCommand& shown = commands_.emplace(id, std::move(command)).first->second;
        jobs_.push_back({id, kind_of(shown), leg});
        jobs_.back().is_refused = !give(channel_, id, leg, shown);
        return !jobs_.back().is_refused;
    }
    JobId last() const { return last_; }

    void dials(const Dial& dial)
    {
        for (const Target& target : dial.targets) legs_.push_back(target.leg);
    }
    void stops(JobId job)
    {
        find(job)->is_stopped = true;
        channel_.stop(job);
    }

    void settle()
    {
        settle_until([] { return true; });
    }
    template <typename Told>
    void settle_until_told(std::size_t times = 1)
    {
        settle_until([this, times] { return count<Told>() >= times; });
    }
    void look() { judge(tested_.look()); }

    // Every job that was taken has ended.
    void expect_all_ended()
    {
        for (const Job& job : jobs_) {
            if (!job.is_refused && !job.is_over) breach("the {} never ended", name_of(job));
        }
    }
    void expect_over()
    {
        if (!is_over_) breach("the call never ended with HungUp");
    }

    bool has_ended(JobId job) { return find(job)->is_over; }

    // The last job has come to its end by itself, as an ability of the switch promises.
    void expect_finished(std::string_view ability)
    {
        const bool is_finished = std::ranges::any_of(events_, [this](const Event& event) {
            const auto* ended = std::get_if<JobEnded>(&event);
            return ended != nullptr && ended->job == last_ && ended->end == JobEnd::finished;
        });
        if (!is_finished) breach("it claims {}, and the playback did not finish", ability);
    }

    template <typename Told>
    std::size_t count() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            events_, [](const Event& event) { return std::holds_alternative<Told>(event); }));
    }
    const std::vector<Event>& events() const { return events_; }

    template <typename... Parts>
    void breach(fmt::format_string<Parts...> text, Parts&&... parts)
    {
        breaches_.push_back(
            fmt::format("{}: {}", scenario_, fmt::format(text, std::forward<Parts>(parts)...)));
    }

private:
    struct Job {
        JobId id;
        JobKind kind;
        LegId leg;
        bool is_refused = false;
        bool is_stopped = false;
        bool is_over = false;
    };

    static std::string name_of(const Job& job)
    {
        return fmt::format("{} (job {})", execute::name_of(job.kind), job.id);
    }
    Job* find(JobId id)
    {
        const auto found = std::ranges::find(jobs_, id, &Job::id);
        return found == jobs_.end() ? nullptr : &*found;
    }
    template <typename Condition>
    void settle_until(Condition is_so)
    {
        judge(tested_.settle());
        while (!(is_so() && is_settled()) && tested_.may_still_tell()) judge(tested_.settle());
    }

    // Nothing runs that ends by itself, or that was stopped.
    bool is_settled() const
    {
        return std::ranges::all_of(jobs_, [](const Job& job) {
            const bool ends = job.is_stopped || job.leg == gone || job.kind == JobKind::playback ||
                              job.kind == JobKind::dial || job.kind == JobKind::move;
            return job.is_refused || job.is_over || !ends;
        });
    }

    bool is_leg(LegId leg) const { return std::ranges::find(legs_, leg) != legs_.end(); }

    void judge(std::vector<Event> events)
    {
        for (Event& event : events) {
            judge(event);
            events_.push_back(std::move(event));
        }
    }

    void judge(const Event& event)
    {
        if (is_over_) breach("there is an event after HungUp");
        if (has_moved_ && !std::holds_alternative<HungUp>(event)) {
            breach("there is an event after Moved that is not HungUp");
        }
        if (const auto* pressed = std::get_if<KeyPressed>(&event)) {
            if (keypad.find(pressed->key) == keypad.npos) breach("a key is not on the keypad");
            if (pressed->leg != caller && !is_leg(pressed->leg)) breach("a key of an unknown leg");
        } else if (const auto* answered = std::get_if<LegAnswered>(&event)) {
            judge_answer(*answered);
        } else if (const auto* ended = std::get_if<LegEnded>(&event)) {
            if (!is_leg(ended->leg)) breach("leg {} ended, which was not dialled", ended->leg);
        } else if (const auto* ringing = std::get_if<LegRinging>(&event)) {
            if (!is_leg(ringing->leg)) breach("leg {} rings, which was not dialled", ringing->leg);
        } else if (std::holds_alternative<HungUp>(event)) {
            judge_end_of_call();
        } else if (std::holds_alternative<Moved>(event)) {
            judge_move();
        } else if (const JobId id = job_of(event); id != 0) {
            judge_job(event, id);
        }
    }

    void judge_answer(const LegAnswered& answered)
    {
        const auto dial = std::ranges::find_if(jobs_, [](const Job& job) {
            return job.kind == JobKind::dial && !job.is_refused && !job.is_over;
        });
        if (!is_leg(answered.leg)) {
            breach("leg {} answered, which was not dialled", answered.leg);
        } else if (dial == jobs_.end()) {
            breach("leg {} answered when no dial was running", answered.leg);
        } else if (dial->is_stopped) {
            breach("leg {} answered after its dial was stopped", answered.leg);
        } else {
            end(*dial);
        }
    }

    void end(Job& job)
    {
        job.is_over = true;
        commands_.erase(job.id);
    }

    void judge_end_of_call()
    {
        is_over_ = true;
        expect_ended_before("HungUp");
    }

    // It is the end of the job that moves the call, too.
    void judge_move()
    {
        has_moved_ = true;
        const auto moving = std::ranges::find_if(jobs_, [](const Job& job) {
            return job.kind == JobKind::move && !job.is_refused && !job.is_over;
        });
        if (moving != jobs_.end()) end(*moving);
        expect_ended_before("Moved");
    }

    void expect_ended_before(std::string_view event)
    {
        for (const Job& job : jobs_) {
            if (!job.is_refused && !job.is_over) {
                breach("the {} had not ended before {}", name_of(job), event);
            }
        }
    }

    void judge_job(const Event& event, JobId id)
    {
        Job* const job = find(id);
        if (job == nullptr) return breach("job {} is told of, which nobody began", id);
        if (job->is_refused) return breach("the refused {} is told of", name_of(*job));
        if (job->is_over) return breach("the {} is told of after its end", name_of(*job));
        if (job_ended(event) == 0) return;
        end(*job);
        const bool is_its_end =
            std::holds_alternative<JobEnded>(event) || execute::is_end_of(job->kind, event);
        if (!is_its_end) breach("the {} ended as another kind of job does", name_of(*job));
    }

    SwitchUnderTest& tested_;
    Channel& channel_;
    const std::string_view scenario_;
    std::vector<std::string>& breaches_;
    std::map<JobId, JobCommand> commands_;  // each until its job has ended, and no longer
    std::vector<Job> jobs_;
    std::vector<LegId> legs_;
    std::vector<Event> events_;
    JobId last_ = 0;
    bool has_moved_ = false;
    bool is_over_ = false;
};

bool play(Call& call, LegId leg)
{
    return call.begin(leg, Media(SoundName::of("hello")));
}

bool say(Call& call, LegId leg)
{
    Speech speech;
    speech.text = OpaqueText("hello");
    return call.begin(leg, std::move(speech));
}

bool send_keys(Call& call, LegId leg)
{
    return call.begin(leg, SentKeys{KeySequence::of("12w#"), std::chrono::milliseconds(100)});
}

bool record(Call& call, LegId leg)
{
    Recording recording;
    recording.length_max = std::chrono::seconds(30);
    return call.begin(leg, std::move(recording));
}

bool listen(Call& call, LegId leg)
{
    return call.begin(leg, Speaking());
}

bool join(Call& call)
{
    Conference conference;
    conference.room = RoomName::of("conformance");
    return call.begin(caller, std::move(conference));
}

bool enqueue(Call& call)
{
    Queue queue;
    queue.name = QueueName::of("conformance");
    return call.begin(caller, std::move(queue));
}

bool mix(Call& call)
{
    return call.begin(caller, Mix{MixName::of("pivot-1"), 2});
}

bool dial(Call& call, const Address& address, LegId leg)
{
    Dial dial;
    dial.timeout = std::chrono::seconds(30);
    Target target;
    target.leg = leg;
    target.address = address;
    dial.targets.push_back(target);
    call.dials(dial);
    return call.begin(caller, std::move(dial));
}

using Begin = bool (*)(Call& call, LegId leg);
constexpr Begin on_a_leg[] = {play, say, send_keys, record, listen};

// ---- scenarios --------------------------------------------------------------------------------

void answers_once(Call& call)
{
    call.channel().answer();
    call.channel().answer();
    call.settle_until_told<Answered>();
    if (call.count<Answered>() != 1) call.breach("Answered came {} times", call.count<Answered>());
}

void jobs_end_by_themselves(Call& call)
{
    call.channel().answer();
    for (const Begin begin : {play, say, send_keys}) {
        begin(call, caller);
        call.settle();
    }
    call.expect_all_ended();
}

void stopped_jobs_end_once(Call& call)
{
    call.channel().answer();
    for (const Begin begin : on_a_leg) {
        if (!begin(call, caller)) continue;
        call.stops(call.last());
        call.channel().stop(call.last());
        call.settle();
    }
    for (const auto begin : {join, enqueue, mix}) {
        if (!begin(call)) continue;
        call.stops(call.last());
        call.channel().stop(call.last());
        call.settle();
    }
    call.expect_all_ended();
}

void nothing_comes_of_what_is_not_there(Call& call)
{
    call.channel().answer();
    call.channel().stop(999);
    call.channel().hang_up(gone, CauseName());
    call.settle_until_told<Answered>();
    if (call.events().size() > 1) call.breach("there are events of a job or leg that is not there");
}

void jobs_on_a_leg_that_is_gone_end(Call& call)
{
    call.channel().answer();
    for (const Begin begin : on_a_leg) begin(call, gone);
    call.settle();
    call.expect_all_ended();
}

void all_ends_when_the_caller_hangs_up(Call& call)
{
    call.channel().answer();
    for (const Begin begin : {say, record, listen}) begin(call, caller);
    call.look();
    call.tested().hang_up_caller();
    call.settle_until_told<HungUp>();
    call.expect_over();
    call.expect_all_ended();
    const std::size_t told = call.events().size();
    call.channel().stop(call.last());
    call.channel().answer();
    call.channel().hang_up(caller, CauseName());
    call.settle();
    if (call.events().size() != told) call.breach("commands after HungUp are told of");
}

void hanging_up_ends_the_call(Call& call)
{
    call.channel().answer();
    play(call, caller);
    call.channel().hang_up(caller, CauseName());
    call.settle_until_told<HungUp>();
    call.expect_over();
    call.expect_all_ended();
}

void a_refusal_ends_the_call(Call& call)
{
    call.channel().reject(486, ReasonPhrase::of("Busy Here"));
    call.settle_until_told<HungUp>();
    call.expect_over();
    if (call.count<Answered>() != 0) call.breach("a refused call was answered");
}

void keys_come_in_their_order(Call& call)
{
    call.channel().answer();
    call.settle_until_told<Answered>();
    for (const char key : keypad) call.tested().press(key);
    call.settle_until_told<KeyPressed>(keypad.size());
    std::string keys;
    for (const Event& event : call.events()) {
        const auto* pressed = std::get_if<KeyPressed>(&event);
        if (pressed != nullptr && pressed->leg == caller) keys += pressed->key;
    }
    if (keys != keypad) call.breach("the keys {} came as {}", keypad, keys);
}

void a_dial_that_reaches_nobody_fails_once(Call& call)
{
    const auto nobody = call.tested().nobody();
    if (!nobody || !dial(call, *nobody, callee)) return;
    call.settle();
    call.expect_all_ended();
    if (call.count<LegAnswered>() != 0) call.breach("nobody answered, and LegAnswered came");
}

void a_stopped_dial_is_not_answered(Call& call)
{
    const auto somebody = call.tested().somebody();
    if (!somebody || !dial(call, *somebody, callee)) return;
    call.stops(call.last());
    call.settle();
    call.expect_all_ended();
}

void a_callee_is_reached_bridged_and_hung_up(Call& call)
{
    const auto somebody = call.tested().somebody();
    call.channel().answer();
    if (!somebody || !dial(call, *somebody, callee)) return;
    call.settle();
    if (call.count<LegAnswered>() != 1) {
        return call.breach("LegAnswered came {} times", call.count<LegAnswered>());
    }
    call.begin(callee, Bridge());
    call.look();
    call.channel().hang_up(callee, CauseName());
    call.settle_until_told<BridgeEnded>();
    call.expect_all_ended();
    const std::size_t told = call.events().size();
    call.channel().hang_up(callee, CauseName());
    call.settle();
    if (call.events().size() != told) call.breach("a leg that is gone is told of");
}

void a_mix_lasts_until_it_is_stopped(Call& call)
{
    call.channel().answer();
    if (!mix(call)) return;
    const JobId mixed = call.last();
    say(call, caller);
    call.settle();
    if (call.has_ended(mixed)) return call.breach("the mix ended before it was stopped");
    call.stops(mixed);
    call.settle();
    call.expect_all_ended();
}

void a_mix_ends_with_the_call(Call& call)
{
    call.channel().answer();
    if (!mix(call)) return;
    call.look();
    call.tested().hang_up_caller();
    call.settle_until_told<HungUp>();
    call.expect_over();
    call.expect_all_ended();
}

void an_unanswered_caller_hears_early_media(Call& call)
{
    if (!call.channel().abilities().early_media) return;
    if (!say(call, caller) && !play(call, caller)) {
        return call.breach("it claims early_media, and neither speaks nor plays");
    }
    call.settle();
    call.expect_finished("early_media");
}

void a_callee_is_told_something_before_the_two_are_connected(Call& call)
{
    const auto somebody = call.tested().somebody();
    if (!call.channel().abilities().legs_apart || !somebody) return;
    call.channel().answer();
    if (!dial(call, *somebody, callee)) return;
    call.settle();
    if (!say(call, callee) && !play(call, callee)) {
        return call.breach("it claims legs_apart, and neither speaks nor plays");
    }
    call.settle();
    call.expect_finished("legs_apart");
}

void keys_are_told_of_in_a_room(Call& call)
{
    call.channel().answer();
    if (!call.channel().abilities().keys_in_rooms || !join(call)) return;
    call.look();
    call.tested().press('5');
    call.look();
    if (call.count<KeyPressed>() != 1) call.breach("it claims keys_in_rooms, and tells of none");
}

void a_recording_may_be_dual(Call& call)
{
    call.channel().answer();
    if (!call.channel().abilities().dual_recording) return;
    Recording recording;
    recording.is_dual = true;
    recording.length_max = std::chrono::seconds(30);
    if (!call.begin(caller, std::move(recording))) {
        return call.breach("it claims dual_recording, and does not record");
    }
    call.stops(call.last());
    call.settle();
    call.expect_all_ended();
}

void a_transfer_takes_the_call_away(Call& call)
{
    const auto elsewhere = call.tested().elsewhere();
    call.channel().answer();
    if (!elsewhere) return;
    play(call, caller);
    Transfer transfer;
    transfer.target = *elsewhere;
    if (!call.begin(caller, std::move(transfer))) return;
    call.settle();
    call.expect_all_ended();
    if (call.count<Moved>() != 1) return call.breach("Moved came {} times", call.count<Moved>());
    call.tested().hang_up_caller();
    call.settle_until_told<HungUp>();
    call.expect_over();
}

void a_transfer_to_nowhere_fails(Call& call)
{
    const auto nowhere = call.tested().nowhere();
    call.channel().answer();
    if (!nowhere) return;
    Transfer transfer;
    transfer.target = *nowhere;
    if (!call.begin(caller, std::move(transfer))) return;
    call.settle();
    call.expect_all_ended();
    if (call.count<Moved>() != 0) call.breach("Moved came, and it leads nowhere");
}

struct Scenario {
    std::string_view name;
    void (*play)(Call& call);
};

constexpr Scenario scenarios[] = {
    {"answer", answers_once},
    {"jobs", jobs_end_by_themselves},
    {"stop", stopped_jobs_end_once},
    {"what is not there", nothing_comes_of_what_is_not_there},
    {"a leg that is gone", jobs_on_a_leg_that_is_gone_end},
    {"hang-up by the caller", all_ends_when_the_caller_hangs_up},
    {"hang-up by command", hanging_up_ends_the_call},
    {"reject", a_refusal_ends_the_call},
    {"keys", keys_come_in_their_order},
    {"a dial that fails", a_dial_that_reaches_nobody_fails_once},
    {"a dial that is stopped", a_stopped_dial_is_not_answered},
    {"a dial that is answered", a_callee_is_reached_bridged_and_hung_up},
    {"transfer", a_transfer_takes_the_call_away},
    {"transfer to nowhere", a_transfer_to_nowhere_fails},
    {"mix", a_mix_lasts_until_it_is_stopped},
    {"hang-up in a mix", a_mix_ends_with_the_call},
    {"early media", an_unanswered_caller_hears_early_media},
    {"a whisper", a_callee_is_told_something_before_the_two_are_connected},
    {"keys in a room", keys_are_told_of_in_a_room},
    {"a dual recording", a_recording_may_be_dual},
};

}  // namespace

std::vector<std::string> breaches_of(SwitchUnderTest& tested)
{
    std::vector<std::string> breaches;
    for (const Scenario& scenario : scenarios) {
        Call call(tested, scenario.name, breaches);
        scenario.play(call);
    }
    return breaches;
}

}  // namespace pivot::test::conformance
