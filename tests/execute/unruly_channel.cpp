#include "execute/unruly_channel.hpp"

#include "execute/contract.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace pivot::test {

bool UnrulyChannel::wait(Nanoseconds until)
{
    has_pushed_ = false;
    if (has_moved_) {
        events_.push(HungUp{{"NORMAL_CLEARING", 200}});
        return false;
    }
    while (!has_pushed_ && !is_over_) {
        if (++waits_ >= waits_max_) {
            hang_up_caller();
            break;
        }
        const bool is_alone = jobs_.empty() && legs_.empty() && !is_answering_;
        if (is_alone && until == never) {
            was_stuck_ = was_stuck_ || !may_wait_for_ever();
            hang_up_caller();
            break;
        }
        if (!late_.empty() && draw(4) == 0) {
            push(std::exchange(late_, {}).front());
            continue;
        }
        const unsigned lot = draw(8);
        if (lot == 0) {
            press();
        } else if (lot == 1 && until != never) {
            return true;
        } else if (lot == 2 && !legs_.empty()) {
            const Leg leg = legs_[draw(static_cast<unsigned>(legs_.size()))];
            if (leg.has_answered) end_leg(leg.id);
        } else if (lot == 3 && is_answering_) {
            is_answering_ = false;
            push(Answered());
        } else if (!jobs_.empty()) {
            const Job job = jobs_[draw(static_cast<unsigned>(jobs_.size()))];
            go_on(job);
        } else if (until != never) {
            return true;
        }
    }
    return false;
}

// Somebody does: the caller, or one who has answered.
void UnrulyChannel::press()
{
    const auto callee = std::ranges::find(legs_, true, &Leg::has_answered);
    if (callee == legs_.end() || draw(2) == 0) {
        push(KeyPressed{caller, callers_keys[draw(6)]});
    } else {
        push(KeyPressed{callee->id, callees_keys[draw(6)]});
    }
}

void UnrulyChannel::go_on(const Job& job)
{
    const bool fails = draw(8) == 0;
    switch (job.kind) {
        case Kind::playback:
        case Kind::refer: return end(job, fails ? JobEnd::failed : JobEnd::finished);
        case Kind::stream:
            if (draw(3) == 0) return push(StreamBegan{job.id, "stream-1"});
            return end(job, fails ? JobEnd::failed : JobEnd::finished);
        case Kind::speech:
            if (job.is_partial && draw(2) == 0) {
                return push(SpeechHeard{job.id, "two", "", HearingEnd::partial});
            }
            return end(job, fails ? JobEnd::failed : JobEnd::finished);
        case Kind::recording:
            if (draw(3) == 0) return push(RecordingBegan{job.id});
            return end(job, JobEnd::finished);
        case Kind::bridge: return end(job, JobEnd::finished);
        case Kind::dial: return go_on_dialling(job);
        case Kind::room: {
            const auto kind = static_cast<ConferenceEventKind>(draw(10));
            if (draw(3) != 0) return push(ConferenceHappened{job.id, kind, "another"});
            return end(job, fails ? JobEnd::failed : JobEnd::finished);
        }
        case Kind::mix: return;  // until it is stopped
        case Kind::queue:
            if (draw(3) == 0) return push(QueueStanding{job.id, draw(5), draw(5), {}});
            if (draw(2) == 0) return push(QueueBridged{job.id});
            return end(job, fails ? JobEnd::failed : JobEnd::finished);
        case Kind::elsewhere:
            return draw(2) == 0 ? move_away() : end(job, fails ? JobEnd::failed : JobEnd::finished);
    }
}

void UnrulyChannel::go_on_dialling(const Job& job)
{
    std::vector<LegId> ringing;
    for (const Leg& leg : legs_) {
        if (leg.dial == job.id) ringing.push_back(leg.id);
    }
    const LegId one = ringing[draw(static_cast<unsigned>(ringing.size()))];
    const unsigned lot = draw(4);
    if (lot == 0) return push(LegRinging{one});
    if (lot == 1) return end(job, JobEnd::failed);
    if (lot == 2 && ringing.size() > 1) return end_leg(one);

    end_legs_of(job.id, one);
    std::ranges::find(legs_, one, &Leg::id)->has_answered = true;
    std::erase_if(jobs_, [&](const Job& other) { return other.id == job.id; });
    std::erase_if(unended_, [&](const Job& other) { return other.id == job.id; });
    push(LegAnswered{one, draw(2) == 0 ? "" : "other-call", job.id});
}

// As its kind ends.
void UnrulyChannel::end(const Job& job, JobEnd how)
{
    std::erase_if(jobs_, [&](const Job& other) { return other.id == job.id; });
    const bool is_stopped = how == JobEnd::stopped;
    switch (job.kind) {
        case Kind::playback:
        case Kind::room:
        case Kind::mix:
        case Kind::stream:
        case Kind::elsewhere: return push(JobEnded{job.id, how, draw(2) == 0 ? "" : "1"});
        case Kind::refer:
            if (how != JobEnd::finished) return push(JobEnded{job.id, how, ""});
            return push(Referred{job.id, draw(2) == 0 ? 202 : 603, draw(2) == 0 ? 200 : 0});
        case Kind::speech: {
            const bool is_heard = how == JobEnd::finished && draw(2) == 0;
            return push(SpeechHeard{job.id, is_heard ? "two" : "", is_heard ? "0.9" : ""});
        }
        case Kind::recording: {
            constexpr RecordingEnd ends[] = {RecordingEnd::key, RecordingEnd::silence,
                                             RecordingEnd::limit, RecordingEnd::failed};
            RecordingEnded ended;
            ended.job = job.id;
            ended.end = is_over_     ? RecordingEnd::hung_up
                        : is_stopped ? RecordingEnd::stopped
                                     : ends[draw(4)];
            if (ended.end == RecordingEnd::key) ended.key = job.leg == caller ? '*' : '#';
            if (draw(4) != 0) ended.url = "http://switch.example/r/1.wav";
            if (draw(4) != 0) ended.id = "r1";
            ended.duration = milliseconds(draw(20'000));
            return push(std::move(ended));
        }
        case Kind::dial:
            end_legs_of(job.id, caller);
            return push(DialFailed{job.id, {"NO_ANSWER", 480}});
        case Kind::bridge:
            if (draw(2) == 0) end_leg(job.leg);
            return push(BridgeEnded{job.id});
        case Kind::queue: {
            QueueEnded ended;
            ended.job = job.id;
            ended.end = static_cast<QueueEnd>(draw(5));
            ended.other_call_id = "other-call";
            return push(std::move(ended));
        }
    }
}

void UnrulyChannel::end_leg(LegId id)
{
    const auto found = std::ranges::find(legs_, id, &Leg::id);
    if (found == legs_.end()) return;
    legs_.erase(found);
    push(LegEnded{id, {"NORMAL_CLEARING", 200}});
    // What runs on it ends with it.
    while (true) {
        const auto job = std::ranges::find_if(
            jobs_, [&](const Job& each) { return each.leg == id && each.kind != Kind::dial; });
        if (job == jobs_.end()) break;
        const Job ending = *job;
        end(ending, JobEnd::stopped);
    }
}

void UnrulyChannel::end_legs_of(JobId dial, LegId but)
{
    std::vector<LegId> ending;
    for (const Leg& leg : legs_) {
        if (leg.dial == dial && leg.id != but) ending.push_back(leg.id);
    }
    for (const LegId leg : ending) end_leg(leg);
}

void UnrulyChannel::hang_up_caller()
{
    if (is_over_) return;
    finish(HungUp{{"ORIGINATOR_CANCEL", 487}});
}

void UnrulyChannel::move_away()
{
    has_moved_ = true;
    finish(Moved());
}

// All that runs ends, each with its event.
void UnrulyChannel::finish(Event last)
{
    is_over_ = true;
    while (!jobs_.empty()) {
        const Job ending = jobs_.front();
        end(ending, JobEnd::stopped);
    }
    while (!legs_.empty()) {
        const LegId ending = legs_.front().id;
        end_leg(ending);
    }
    push(std::move(last));
    if (on_over) on_over();
}

void UnrulyChannel::push(Event event)
{
    has_pushed_ = true;
    const JobId ended = job_ended(event);
    const bool lies = lies_ && !is_over_ && ended != 0 && draw(2) == 0;
    if (lies) return push_lie(std::move(event));
    expect_intact(ended);
    std::erase_if(unended_, [ended](const Job& job) { return job.id == ended; });
    events_.push(std::move(event));
}

void UnrulyChannel::push_lie(Event event)
{
    const JobId job = job_ended(event);
    switch (draw(6)) {
        case 0: has_pushed_ = false; break;  // never
        case 1:
            has_pushed_ = false;
            late_.push_back(std::move(event));
            break;
        case 2:
            events_.push(event);
            events_.push(std::move(event));
            break;
        case 3: events_.push(JobEnded{job, JobEnd::failed, ""}); break;
        case 4:
            events_.push(RecordingEnded{job, RecordingEnd::key, 'x', "http://r/1", "r", {}});
            break;
        case 5:
            events_.push(BridgeEnded{job + 100});
            events_.push(LegAnswered{99, "nobody", job});
            events_.push(KeyPressed{98, '1'});
            events_.push(ConferenceHappened{job, ConferenceEventKind::start, ""});
            break;
    }
}

// What it was shown is there until it tells the end, however late that is.
void UnrulyChannel::expect_intact(JobId ended)
{
    const auto found = shown_.find(ended);
    if (found == shown_.end()) return;
    EXPECT_EQ(found->second.first, found->second.second) << "of job " << ended;
    shown_.erase(found);
}

// What has no limit but the caller's patience.
bool UnrulyChannel::may_wait_for_ever() const
{
    return std::ranges::any_of(unended_, [](const Job& job) {
        switch (job.kind) {
            case Kind::bridge:
            case Kind::room:
            case Kind::queue:
            case Kind::mix:
            case Kind::stream:
            case Kind::elsewhere: return true;
            case Kind::playback:
            case Kind::recording:
            case Kind::speech:
            case Kind::dial:
            case Kind::refer: return false;
        }
        return false;
    });
}

void UnrulyChannel::begin(JobId job, Kind kind, LegId leg, std::string_view shown)
{
    shown_[job] = {shown, std::string(shown)};
    EXPECT_TRUE(known_jobs_.insert(job).second) << "job " << job << " again";
    if (kind == Kind::playback) {
        for (const Job& other : jobs_) {
            EXPECT_FALSE(other.kind == Kind::playback && other.leg == leg) << "two at a time";
        }
    }
    if (is_over_) return;
    jobs_.push_back({job, kind, leg});
    unended_.push_back({job, kind, leg});
}

Abilities UnrulyChannel::abilities() const
{
    const bool all = can_do_all();
    return {all, all, all, all, all, all, all};
}

void UnrulyChannel::answer()
{
    if (is_over_) return;
    is_answering_ = !events_.times().answered_at;
}

void UnrulyChannel::reject(int, const ReasonPhrase&)
{
    EXPECT_FALSE(events_.times().answered_at && !is_over_) << "an answered call cannot be refused";
    hang_up_caller();
}

void UnrulyChannel::hang_up(LegId leg, const CauseName&)
{
    if (leg == caller) return hang_up_caller();
    EXPECT_TRUE(known_legs_.contains(leg)) << "nobody dialled leg " << leg;
    end_leg(leg);
}

bool UnrulyChannel::play(JobId job, LegId leg, const Media& media)
{
    begin(job, Kind::playback, leg, media.what());
    return true;
}

bool UnrulyChannel::say(JobId job, LegId leg, const Speech& speech)
{
    begin(job, Kind::playback, leg, speech.text.bytes());
    return true;
}

bool UnrulyChannel::send_keys(JobId job, LegId leg, const KeySequence& keys, milliseconds)
{
    begin(job, Kind::playback, leg, keys.text());
    return true;
}

void UnrulyChannel::stop(JobId job)
{
    EXPECT_TRUE(known_jobs_.contains(job)) << "nobody began job " << job;
    std::erase_if(unended_, [job](const Job& other) { return other.id == job; });
    const auto found = std::ranges::find(jobs_, job, &Job::id);
    if (found == jobs_.end()) return;
    const Job ending = *found;
    end(ending, JobEnd::stopped);
}

bool UnrulyChannel::record(JobId job, LegId leg, const Recording& recording)
{
    begin(job, Kind::recording, leg, recording.url.text());
    return true;
}

bool UnrulyChannel::listen(JobId job, LegId leg, const Speaking& speaking)
{
    if (!can_do_all()) return false;
    begin(job, Kind::speech, leg, speaking.language.text());
    if (!jobs_.empty()) jobs_.back().is_partial = speaking.wants_partial;
    return true;
}

bool UnrulyChannel::dial(JobId job, const Dial& dial)
{
    EXPECT_FALSE(dial.targets.empty());
    begin(job, Kind::dial, caller, dial.targets.front().address.text());
    for (const Target& target : dial.targets) {
        EXPECT_TRUE(known_legs_.insert(target.leg).second) << "leg " << target.leg << " again";
        if (!is_over_) legs_.push_back({target.leg, job});
    }
    return true;
}

bool UnrulyChannel::bridge(JobId job, LegId leg)
{
    begin(job, Kind::bridge, leg, "");
    const bool is_here = std::ranges::find(legs_, leg, &Leg::id) != legs_.end();
    if (!is_here && !is_over_) stop(job);
    return true;
}

bool UnrulyChannel::join(JobId job, const Conference& conference)
{
    begin(job, Kind::room, caller, conference.room.text());
    return true;
}

bool UnrulyChannel::enqueue(JobId job, const Queue& queue)
{
    if (!can_do_all()) return false;
    begin(job, Kind::queue, caller, queue.name.text());
    return true;
}

bool UnrulyChannel::dequeue(JobId job, const QueueName& queue, milliseconds)
{
    if (!can_do_all()) return false;
    begin(job, Kind::queue, caller, queue.text());
    return true;
}

bool UnrulyChannel::mix(JobId job, const MixName& mix, unsigned)
{
    if (!can_do_all()) return false;
    begin(job, Kind::mix, caller, mix.text());
    return true;
}

bool UnrulyChannel::stream(JobId job, LegId leg, const Stream& stream)
{
    if (!can_do_all()) return false;
    begin(job, Kind::stream, leg, stream.url.text());
    return true;
}

void UnrulyChannel::mute(LegId, bool) {}

void UnrulyChannel::set_variable(LegId, const VariableName&, const OpaqueText&, bool) {}

bool UnrulyChannel::refer(JobId job, const SipUri& uri)
{
    if (!can_do_all()) return false;
    begin(job, Kind::refer, caller, uri.text());
    return true;
}

bool UnrulyChannel::transfer(JobId job, const Transfer& transfer)
{
    begin(job, Kind::elsewhere, caller, transfer.target.text());
    return true;
}

bool UnrulyChannel::park(JobId job, const SlotName& slot)
{
    begin(job, Kind::elsewhere, caller, slot.text());
    return true;
}

bool UnrulyChannel::run_module(JobId job, std::string_view, std::string_view)
{
    const bool is_known = draw(2) == 0;
    if (is_known) begin(job, Kind::elsewhere, caller, "");
    return is_known;
}

bool UnrulyChannel::run_flow(JobId job, std::string_view)
{
    const bool is_taken = draw(8) == 0;
    if (is_taken) begin(job, Kind::elsewhere, caller, "");
    return is_taken;
}

}  // namespace pivot::test
