// A front end whose calls come from an Asterisk, over ARI: we connect to it, or it to us.
//
//     engine threads ── commands ──► the front's thread: connections, calls ◄── events ── Asterisk
//            ▲                             │
//            └──────── Engine::tell ───────┘
#pragma once

#include "net/listener.hpp"
#include "pivot/serve/asterisk/sound_server.hpp"
#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/attending.hpp"
#include "pivot/serve/fronts/front.hpp"
#include "pivot/serve/fronts/front_thread.hpp"
#include "pivot/serve/settings/asterisk_settings.hpp"
#include "reactor/pulse.hpp"
#include "switches/asterisk/ari_application.hpp"

#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

class AsteriskLine;

using Listeners = std::vector<std::unique_ptr<net::Listener>>;

// Where Asterisk reaches us.
struct AsteriskDoors {
    Listeners listeners;                  // where it connects; if empty, we connect to it
    std::unique_ptr<SoundServer> sounds;  // null: it reads them itself

    std::vector<std::string> own_listeners() const;
};

// Binds the addresses. The engine keeps its files in `media_path`. The error is a sentence.
tl::expected<AsteriskDoors, std::string> open_doors(const AsteriskSettings& settings,
                                                    const std::string& media_path, Log& log);

class AsteriskFront final : public Front,
                            private Attending<switches::asterisk::Attendant>,
                            private switches::asterisk::AriListener {
public:
    // The engine keeps its files in `media_path`.
    AsteriskFront(const AsteriskSettings& settings, AsteriskDoors doors,
                  const std::string& media_path, Reception& reception);
    ~AsteriskFront() override;

    std::string description() const override;
    std::string_view name() const override { return "asterisk"; }
    std::string obstacle() const override;
    const Histogram* command_durations() const override { return &command_durations_; }
    std::uint64_t calls_lost() const override { return calls_lost_.value(); }
    bool is_turning() override
    {
        return pulse_.beats() && (doors_.sounds == nullptr || doors_.sounds->is_turning());
    }
    void start() override;
    void refuse_calls() override;
    void take_calls() override;
    bool makes_calls() const override { return true; }
    void place(const OutboundCall& call) override;
    void hang_up(std::string call_id) override;
    void try_now() override;
    void stop() override;

private:
    std::string addresses() const;
    void announce_listeners();
    void run(reactor::Reactor& reactor);
    void connect(reactor::Reactor& reactor);
    void listen(reactor::Reactor& reactor);
    void work(AsteriskLine& line);
    void fail(const std::string& why);
    void post(std::function<void(AsteriskLine& line)> work);
    void set_line(AsteriskLine* line);
    void set_obstacle(std::string obstacle);
    void log(LogLevel level, std::string_view text);

    // The attendant of calls.
    std::string own_id(std::string call_id) override;
    std::string own_account(std::string account_id) override;
    std::optional<switches::asterisk::Refusal> begin(switches::asterisk::Arrival arrival,
                                                     Channel& channel,
                                                     Engine::Ticket& ticket) override;
    void not_answered(std::string_view call_id, const Cause& cause, std::string_view why) override;
    void met_orphan(const switches::asterisk::Orphan& orphan, std::string_view text) override;
    void kept_recording(std::string_view channel_id, std::string_view text) override;
    void timed(Nanoseconds duration) override { command_durations_.add(duration); }

    // The listener of events.
    void connected() override;
    void heard(std::string_view json) override;
    void lost(std::string_view why) override;

    const AsteriskSettings settings_;
    const AsteriskDoors doors_;
    const switches::asterisk::SwitchSettings switch_;
    Histogram command_durations_;
    Counter calls_lost_;
    mutable std::mutex mutex_;
    std::string obstacle_;          // guarded by the mutex
    AsteriskLine* line_ = nullptr;  // likewise; the thread's until a stop
    reactor::Pulse pulse_;
    std::latch is_open_{1};
    switches::asterisk::AriApplication* application_ = nullptr;  // the thread's, if we connect
    FrontThread thread_;                                         // uses all members above
};

}  // namespace pivot::tools
