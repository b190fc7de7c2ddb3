// What those on the other side of a scripted call are going to do. What is not said has a default.
#pragma once

#include <pivot/command.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::scripted {

using std::chrono::milliseconds;

// With the SIP status that the name has, if it is a known one.
Cause cause_named(std::string_view name);

// What becomes of the ringing of one that is dialled.
struct Ringing {
    enum class End : std::uint8_t { answers, fails, never };
    End end = End::answers;
    std::chrono::milliseconds after{3'000};  // since it was called
    Cause cause;                             // with which it does not answer
    std::string why = {};                    // the switch tells more of it; empty: it does not
};

struct LegKeys {
    std::string keys;
    std::chrono::milliseconds after{1'000};  // since it answered
};

// What a party does that is dialled.
struct LegBehaviour {
    std::optional<Ringing> ringing;
    std::optional<std::chrono::milliseconds>
        hangs_up_after;  // since it answered; 10 s where it is not said
    std::optional<LegKeys> keys;

    bool repeats(const LegBehaviour& said) const;
    void add(const LegBehaviour& said);
};

// Whether a step means the one that is dialled as `address`: a whole number or name, or a SIP URI,
// whose headers do not matter unless the step has some. A client can be `client:ann`, too.
bool is_address(std::string_view said, std::string_view address);

// What the parties of one dial do.
struct DialBehaviour {
    struct Part {
        unsigned place = 0;   // among the targets, from 1; 0: see `address`
        std::string address;  // empty: all of them
        LegBehaviour leg;
    };
    std::vector<Part> parts;

    bool repeats(const DialBehaviour& said) const;
    void add(const DialBehaviour& said);

    // What is said of an address goes before what is said of a place, and that before the rest.
    LegBehaviour of(std::string_view address, unsigned place) const;
};

// What a caller does who is recorded.
struct TalkBehaviour {
    std::optional<std::chrono::milliseconds> length;  // then silence; 3 s where it is not said

    bool repeats(const TalkBehaviour& said) const { return length && said.length; }
    void add(const TalkBehaviour& said) { length = said.length; }
};

struct QueueWaiting {
    enum class End : std::uint8_t {
        bridges,  // somebody takes the caller; of a queue that is dialled: somebody waits in it
        full,
        fails,
        empty,  // nobody waits in it
        never,  // nobody takes the caller
    };
    End end = End::bridges;
    std::chrono::milliseconds after{20'000};
    std::string why = {};  // it fails
};

struct QueueBehaviour {
    std::optional<QueueWaiting> waiting;
    std::optional<std::chrono::milliseconds> ends_after;  // since the two were connected; 10 s

    bool repeats(const QueueBehaviour& said) const;
    void add(const QueueBehaviour& said);
};

// What a stream to a web server does.
struct StreamBehaviour {
    bool fails = false;    // at once
    std::string why = {};  // it fails
    std::optional<std::chrono::milliseconds>
        ends_after;  // 10 s, and of a one-way stream the end of the call

    bool repeats(const StreamBehaviour&) const { return fails || ends_after; }
    void add(const StreamBehaviour& said) { *this = said; }
};

// What a module of a callflow does that the host runs.
struct ModuleBehaviour {
    std::string module;
    std::string branch = "_";
    std::chrono::milliseconds after{0};
};

struct RoomBehaviour {
    std::optional<std::chrono::milliseconds> starts_after;  // somebody else joins; 5 s
    std::optional<std::chrono::milliseconds> ends_after;    // since it began; 20 s

    bool repeats(const RoomBehaviour& said) const;
    void add(const RoomBehaviour& said);
};

}  // namespace pivot::switches::scripted
