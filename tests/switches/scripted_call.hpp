// A scripted channel without anybody who runs its call: a test gives the commands and reads the
// events.
#pragma once

#include "base/text.hpp"
#include "reactor/clock.hpp"
#include "switches/passing_time.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {

using switches::scripted::Deed;
using switches::scripted::ScriptedChannel;
using testing::ElementsAre;
using testing::IsEmpty;

// `1 ended`, `leg 2 gone USER_BUSY`: a word or two for each event, with its job or leg. Nothing of
// the beginning of what is always told.
class ShownEvent {
public:
    std::string operator()(const Answered&) const { return "answered"; }
    std::string operator()(const KeyPressed& key) const
    {
        return fmt::format("{} presses {}", key.leg, key.key);
    }
    std::string operator()(const JobEnded& job) const
    {
        const char* const ends[] = {"finished", "stopped", "failed"};
        return with_reason(
            fmt::format("{} {}{}{}", job.job, ends[static_cast<std::size_t>(job.end)],
                        job.branch.empty() ? "" : " ", job.branch),
            job.why);
    }
    std::string operator()(const RecordingBegan&) const { return {}; }
    std::string operator()(const SpeechBegan&) const { return {}; }
    std::string operator()(const StreamBegan& stream) const
    {
        return fmt::format("{} streams", stream.job);
    }
    std::string operator()(const RecordingEnded& recording) const
    {
        const char* const ends[] = {"key", "silence", "limit", "stopped", "hung up", "failed"};
        return fmt::format("{} recorded {} s, {}{}{}", recording.job,
                           recording.duration.count() / 1'000,
                           ends[static_cast<std::size_t>(recording.end)],
                           recording.key == 0 ? "" : fmt::format(" {}", recording.key),
                           recording.url.empty() ? ", nothing" : "");
    }
    std::string operator()(const SpeechHeard& heard) const
    {
        return fmt::format("{} heard{} \"{}\"", heard.job,
                           heard.end == HearingEnd::partial ? " of" : "", heard.text);
    }
    std::string operator()(const LegRinging& leg) const
    {
        return fmt::format("leg {} rings", leg.leg);
    }
    std::string operator()(const LegAnswered& leg) const
    {
        return fmt::format("leg {} answers", leg.leg);
    }
    std::string operator()(const LegEnded& leg) const
    {
        return with_reason(fmt::format("leg {} gone {}", leg.leg, leg.cause.name), leg.why);
    }
    std::string operator()(const DialFailed& dial) const
    {
        return fmt::format("{} failed {}", dial.job, dial.cause.name);
    }
    std::string operator()(const BridgeEnded& bridge) const
    {
        return fmt::format("{} parted", bridge.job);
    }
    std::string operator()(const ConferenceHappened& happened) const
    {
        const char* const kinds[] = {"start", "end", "join", "leave"};
        return fmt::format("{} {} {}", happened.job, kinds[static_cast<std::size_t>(happened.kind)],
                           happened.member);
    }
    std::string operator()(const QueueStanding& queue) const
    {
        return fmt::format("{} stands {} of {}", queue.job, queue.position, queue.size);
    }
    std::string operator()(const QueueBridged& queue) const
    {
        return fmt::format("{} bridged", queue.job);
    }
    std::string operator()(const QueueEnded& queue) const
    {
        const char* const ends[] = {"bridged", "left", "hung up", "full", "failed"};
        return with_reason(fmt::format("{} queue {}, {} s, {} s", queue.job,
                                       ends[static_cast<std::size_t>(queue.end)],
                                       queue.waited.count(), queue.talked.count()),
                           queue.why);
    }
    std::string operator()(const Referred& referred) const
    {
        return fmt::format("{} referred {} {}", referred.job, referred.sip_code,
                           referred.notify_code);
    }
    std::string operator()(const EventsMissed&) const { return "missed"; }
    std::string operator()(const Redirected& redirected) const
    {
        return "redirected to " + redirected.url;
    }
    std::string operator()(const Moved&) const { return "moved"; }
    std::string operator()(const HungUp& hung_up) const { return "gone " + hung_up.cause.name; }
};

class ScriptedCall : public testing::Test, private switches::scripted::Transcript {
protected:
    using Events = std::vector<std::string>;

    ScriptedCall() { channel.set_call_id("call-1"); }

    // What is told within this time of the call, which only waits.
    Events events(std::chrono::milliseconds time = std::chrono::milliseconds(60'000))
    {
        pass(time, clock);
        return std::exchange(told_, {});
    }

    std::vector<std::string> lines() const
    {
        std::vector<std::string> lines;
        for (const Deed& deed : deeds) lines.push_back(deed.actor + " " + deed.text);
        return lines;
    }

    static Dial dial_of(const std::vector<std::string>& addresses)
    {
        Dial dial;
        LegId leg = 0;
        for (const std::string& address : addresses) {
            Target target;
            target.leg = ++leg;
            target.address = Address(DialString::of_operator(address));
            dial.targets.push_back(target);
        }
        return dial;
    }

    void tell(const Event& event)
    {
        std::string shown = std::visit(ShownEvent(), event);
        if (!shown.empty()) told_.push_back(std::move(shown));
    }

    std::vector<Deed> deeds;
    reactor::Clock clock{reactor::Clock::Kind::manual};
    ScriptedChannel channel{clock, [this](const Event& event) { tell(event); }, this};

private:
    void note(Deed deed) override { deeds.push_back(std::move(deed)); }

    Events told_;
};

}  // namespace pivot::test
