// A host of whole calls: a switch that does at once whatever it is commanded, on a thread of its
// own or where a test lets it, and notes it.
#pragma once

#include "engine/engine_fixture.hpp"

#include <pivot/session.hpp>
#include <pivot/sinks.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::test {

// What a switch still has to do, one after the other.
class Switchboard {
public:
    using Work = std::function<void()>;

    Switchboard() = default;
    Switchboard(const Switchboard&) = delete;
    Switchboard& operator=(const Switchboard&) = delete;
    ~Switchboard() { close(); }

    // From now on a thread does it.
    void open()
    {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    // What is left of it is left undone.
    void close()
    {
        if (!thread_.joinable()) return;
        thread_.request_stop();
        thread_.join();
        const std::scoped_lock lock(mutex_);
        works_.clear();
    }

    void post(Work work)
    {
        const std::scoped_lock lock(mutex_);
        works_.push_back(std::move(work));
        has_work_.notify_one();
    }

    std::size_t waiting()
    {
        const std::scoped_lock lock(mutex_);
        return works_.size();
    }

    // Does what there is, on this thread.
    void run_posted()
    {
        while (const Work work = take()) work();
    }

private:
    Work take()
    {
        const std::scoped_lock lock(mutex_);
        if (works_.empty()) return nullptr;
        Work work = std::move(works_.front());
        works_.pop_front();
        return work;
    }

    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            run_posted();
            std::unique_lock lock(mutex_);
            has_work_.wait(lock, stop, [this] { return !works_.empty(); });
        }
    }

    std::mutex mutex_;
    std::condition_variable_any has_work_;
    std::deque<Work> works_;
    std::jthread thread_;
};

// One call on it. A reaction takes the place of what it does by itself, and is given the job.
class Phone final : public Channel {
public:
    using Reaction = std::function<void(JobId job)>;

    Phone(Engine& engine, Switchboard& board) : engine_(engine), board_(board) {}

    // Before the call starts.
    void on(const std::string& command, Reaction reaction) { reactions_[command] = reaction; }
    // The caller is gone when it is commanded for the n-th time, from 1.
    void hang_up_at(std::size_t command) { hang_up_at_ = command; }

    bool tell(Event event) { return engine_.tell(ticket, std::move(event)); }
    void press(std::string_view keys, LegId leg = caller)
    {
        for (const char key : keys) tell(KeyPressed{leg, key});
    }
    void hang_up_caller()
    {
        end_mix();
        tell(HungUp{{"ORIGINATOR_CANCEL", 487}});
    }

    std::vector<std::string> commands() const
    {
        const std::scoped_lock lock(mutex_);
        return commands_;
    }
    bool has_been(std::string_view command) const
    {
        const auto all = commands();
        return std::ranges::find(all, command) != all.end();
    }
    std::vector<std::string> warnings() const
    {
        const std::scoped_lock lock(mutex_);
        return warnings_;
    }
    // Each with its reason.
    std::vector<std::string> branches() const
    {
        const std::scoped_lock lock(mutex_);
        return branches_;
    }
    // What was played, each time: a URL, a path, a name.
    std::vector<std::string> played() const
    {
        const std::scoped_lock lock(mutex_);
        return played_;
    }
    std::vector<Recording> recorded() const
    {
        const std::scoped_lock lock(mutex_);
        return recorded_;
    }
    // The files of what was said.
    std::vector<std::string> spoken() const
    {
        const std::scoped_lock lock(mutex_);
        return spoken_;
    }
    // Whom it has called, and the caller id of each dial.
    std::vector<std::string> dialled() const
    {
        const std::scoped_lock lock(mutex_);
        return dialled_;
    }
    std::vector<std::string> shown() const
    {
        const std::scoped_lock lock(mutex_);
        return shown_;
    }
    // Where the caller is now. Empty: in no mix.
    std::string mix() const
    {
        const std::scoped_lock lock(mutex_);
        return mix_;
    }
    // All that the caller has been put into.
    std::vector<std::string> mixes() const
    {
        const std::scoped_lock lock(mutex_);
        return mixes_;
    }
    int ends() const { return ends_; }
    // Whether what it told inside of `ended` was taken.
    bool is_heard_at_end() const { return is_heard_at_end_; }
    // After that.
    const SessionEnd& end() const { return end_; }

    Engine::Ticket ticket;
    bool speaks = true;
    bool has_own_media = false;
    SoundForm form;

    Abilities abilities() const override
    {
        Abilities abilities;
        abilities.legs_apart = true;
        abilities.early_media = true;
        abilities.own_media = has_own_media;
        return abilities;
    }
    void answer() override
    {
        react("answer", 0, [this](JobId) { tell(Answered()); });
    }
    void reject(int sip_code, const ReasonPhrase&) override
    {
        react("reject", 0, [this, sip_code](JobId) { tell(HungUp{{"CALL_REJECTED", sip_code}}); });
    }
    void hang_up(LegId leg, const CauseName& cause) override
    {
        const std::string name = cause.empty() ? "NORMAL_CLEARING" : cause.text();
        if (leg == caller) end_mix();
        react(fmt::format("hang_up {}", leg), 0, [this, leg, name](JobId) {
            if (leg == caller) {
                tell(HungUp{{name, 200}});
            } else {
                tell(LegEnded{leg, {name, 200}});
            }
        });
    }
    void stop(JobId job) override
    {
        if (job == mixing_) end_mix();
        react("stop", job, [this](JobId stopped) { tell(JobEnded{stopped, JobEnd::stopped, ""}); });
    }
    SoundForm sound_form(LegId leg) const override { return leg == caller ? form : SoundForm(); }
    bool play(JobId job, LegId, const Media& media) override
    {
        {
            const std::scoped_lock lock(mutex_);
            played_.push_back(media.what());
        }
        return finish("play", job);
    }
    bool say(JobId job, LegId, const Speech& speech) override
    {
        if (!speaks) return false;
        {
            const std::scoped_lock lock(mutex_);
            spoken_.push_back(speech.file.text());
        }
        return finish("say", job);
    }
    bool record(JobId job, LegId, const Recording& recording) override
    {
        {
            const std::scoped_lock lock(mutex_);
            recorded_.push_back(recording);
        }
        react("record", job, [this](JobId recorded) {
            tell(RecordingBegan{recorded});
            RecordingEnded ended;
            ended.job = recorded;
            ended.end = RecordingEnd::limit;
            ended.url = "http://switch.example/r1";
            tell(std::move(ended));
        });
        return true;
    }
    bool dial(JobId job, const Dial& dial) override
    {
        {
            const std::scoped_lock lock(mutex_);
            for (const Target& target : dial.targets) dialled_.push_back(target.address.text());
            shown_.push_back(dial.caller_id_number.text());
        }
        const LegId first = dial.targets.front().leg;
        const LegId last = dial.targets.back().leg;
        react("dial", job, [this, first, last](JobId dialled) {
            tell(LegRinging{first});
            tell(LegAnswered{last, "b-leg", dialled});
        });
        return true;
    }
    bool bridge(JobId job, LegId leg) override
    {
        react("bridge", job, [this, leg](JobId bridged) {
            tell(LegEnded{leg, {"NORMAL_CLEARING", 200}});
            tell(BridgeEnded{bridged});
        });
        return true;
    }
    // Until it is stopped. This switch has neither rooms nor queues.
    bool mix(JobId job, const MixName& name, unsigned) override
    {
        {
            const std::scoped_lock lock(mutex_);
            mix_ = name.text();
            mixes_.push_back(mix_);
        }
        mixing_ = job;
        react("mix", job, [](JobId) {});
        return true;
    }
    void warned(std::string_view where, std::string_view what) override
    {
        const std::scoped_lock lock(mutex_);
        warnings_.push_back(fmt::format("{}: {}", where, what));
    }
    void branched(std::string_view branch, std::string_view why) override
    {
        const std::scoped_lock lock(mutex_);
        branches_.push_back(fmt::format("{}: {}", branch, why));
    }
    void given_back(const SessionEnd& so_far) override
    {
        react(so_far.branch.empty() ? "given_back" : "given_back " + so_far.branch, 0,
              [](JobId) {});
    }
    void ended(const SessionEnd& end) override
    {
        is_heard_at_end_ = tell(KeyPressed{caller, '1'});
        end_ = end;
        ++ends_;
    }

private:
    bool finish(const std::string& command, JobId job)
    {
        react(command, job, [this](JobId ended) { tell(JobEnded{ended, JobEnd::finished, ""}); });
        return true;
    }

    void end_mix()
    {
        const std::scoped_lock lock(mutex_);
        mix_.clear();
    }

    void react(const std::string& command, JobId job, const Reaction& preset)
    {
        std::size_t count = 0;
        {
            const std::scoped_lock lock(mutex_);
            commands_.push_back(command);
            count = commands_.size();
        }
        if (count == hang_up_at_) return board_.post([this] { hang_up_caller(); });
        const auto found = reactions_.find(command);
        board_.post([reaction = found == reactions_.end() ? preset : found->second, job] {
            reaction(job);
        });
    }

    Engine& engine_;
    Switchboard& board_;
    std::map<std::string, Reaction, std::less<>> reactions_;
    std::size_t hang_up_at_ = 0;
    JobId mixing_ = 0;
    mutable std::mutex mutex_;  // guards the ten below
    std::vector<std::string> commands_;
    std::vector<std::string> dialled_;
    std::vector<std::string> shown_;
    std::vector<std::string> played_;
    std::vector<std::string> spoken_;
    std::vector<Recording> recorded_;
    std::vector<std::string> warnings_;
    std::vector<std::string> branches_;
    std::string mix_;
    std::vector<std::string> mixes_;
    SessionEnd end_;
    std::atomic<int> ends_ = 0;
    bool is_heard_at_end_ = false;
};

// What sessions leave, and what an engine says besides.
class KeptRecords final : public Sinks {
public:
    struct Line {
        LogLevel level;
        std::string call_id;
        std::string text;
    };

    // Before the engine is created.
    bool wants_debug_records = true;
    bool wants_cdrs = true;
    std::function<void()> on_record = [] {};

    // At any time.
    std::atomic<bool> delivers = true;

    void log(LogLevel level, std::string_view call_id, std::string_view line) override
    {
        const std::scoped_lock lock(mutex_);
        lines_.push_back({level, std::string(call_id), std::string(line)});
    }
    bool takes_debug_records() const override { return wants_debug_records; }
    bool takes_cdrs() const override { return wants_cdrs; }
    void debug_record(std::string_view, std::string_view, std::string_view json) override
    {
        on_record();
        const std::scoped_lock lock(mutex_);
        records_.emplace_back(json);
    }
    bool cdr(const CdrView& cdr) override
    {
        const std::scoped_lock lock(mutex_);
        forms_.emplace_back(cdr.form);
        return delivers;
    }

    std::vector<Line> lines() const
    {
        const std::scoped_lock lock(mutex_);
        return lines_;
    }

    std::vector<std::string> forms() const
    {
        const std::scoped_lock lock(mutex_);
        return forms_;
    }
    std::vector<std::string> records() const
    {
        const std::scoped_lock lock(mutex_);
        return records_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Line> lines_;
    std::vector<std::string> forms_;
    std::vector<std::string> records_;
};

}  // namespace pivot::test
