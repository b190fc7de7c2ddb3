// The caller in a room or a queue that the engine keeps, because the switch can only mix.
//
//   waits: music ─┬─ mix ────────────────────────────► mixed: beeps ─┬─ hold ─► waits
//                 ├─ greet ─► hears it ─┬─ ready ─► mix              │
//                 │                     └─ hold ─► waits             │
//                 └─ leave, end ─► out ◄─────────────────────────────┘
//
// The home orders what is to be done, and each order comes together with news. The call's coroutine
// does it when it reads these, so music and wait documents end before the caller is mixed. News and
// the job's end come through the call's queue of events, as if the switch had told them.
#pragma once

#include "execute/job_command.hpp"
#include "execute/live_call.hpp"
#include "reactor/wait.hpp"
#include "rooms/lobby.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pivot::execute {

class Membership final : private rooms::Guest {
public:
    // Whether `command` asks for a room or a queue.
    static bool is_for(const JobCommand& command);

    // `job` runs, as one that the engine keeps.
    Membership(LiveCall& call, rooms::Lobby& lobby, JobId job, const JobCommand& command);
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership();

    JobId job() const { return job_; }

    // Does what the home orders until the call must stop. Then nothing is played or mixed.
    Task<> attend(Deadline& deadline);

    // The same from when somebody takes the caller out of the queue, until the caller waits again.
    Task<> stay_taken(Deadline& deadline);

    // The home tells the end of the job, here and now if it is on this lane.
    void leave() { leave(false); }

    // Whether the home has told it.
    bool is_out() const { return is_out_; }

    // Waits until the home has, unless the host gives the call up.
    Task<> be_out(Deadline& host);

    // What the home has told since the caller hung up.
    std::vector<Event> take_late() { return std::exchange(late_, {}); }

    void note(const Event& event);

private:
    struct Mixing {
        std::string name;  // empty: the caller waits
        unsigned members_max = 0;
    };

    void take(const rooms::Order& order) override;
    void tell(Event event);
    rooms::Message message_now(rooms::Message::Kind kind);
    void leave(bool has_failed);
    bool waits() const;
    void wait_on();
    void withdraw_greeting();
    Task<> obey(Deadline& deadline);
    Task<> greet(Deadline& deadline);
    Task<> fall_silent(Deadline& deadline);
    void mix();
    void play();
    Nanoseconds wake_at() const;

    LiveCall& call_;
    rooms::Lobby& lobby_;
    const JobId job_;
    const rooms::MemberId member_;
    std::string place_;
    Media music_;                        // for one who waits; empty: silence
    Nanoseconds music_at_ = 0;           // when the next may begin
    milliseconds patience_ = unlimited;  // where nobody is there
    Nanoseconds gives_up_at_ = never;    // likewise
    Mixing wanted_;
    std::string mixed_as_;                          // the name of the mix that runs
    std::unique_ptr<const rooms::Order> greeting_;  // to be heard; null if there is none
    Stage* hearing_ = nullptr;  // of the greeting that is heard; null: none is, or it is withdrawn
    std::vector<Event> late_;
    reactor::Event is_out_told_;
    JobId mix_ = 0;    // 0: none runs
    JobId sound_ = 0;  // likewise
    bool is_muted_ = false;
    bool is_owed_beep_ = false;
    bool is_taken_ = false;  // by somebody with a greeting
    bool is_leaving_ = false;
    bool is_out_ = false;
};

}  // namespace pivot::execute
