// What all front ends have in common: which action a call gets, and what the log says of it.
#pragma once

#include "pivot/serve/log.hpp"
#include "pivot/serve/settings.hpp"

#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace pivot::tools {

// A call as a front end has it.
struct Arrival {
    Call call;           // `account_id` is set here if it is empty
    std::string said;    // the switch's own action; empty: there is none
    std::string called;  // the number, as the switch has it
};

class Reception {
public:
    Reception(Engine& engine, Log& log, const Settings& settings);

    // As all functions, from any thread. Begins the session of a call. False: the call is refused,
    // the log has the reason.
    bool begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket);

    // A call is over: a line for the log if it has failed, or if debugging is on.
    void note_end(std::string_view call_id, const SessionEnd& end);

    // For the calls to come.
    void reload(const Settings& settings);

    Engine& engine() { return engine_; }
    Log& log() { return log_; }

private:
    struct Rules {
        Actions actions;
        std::string account_id;
    };

    std::shared_ptr<const Rules> rules() const;

    Engine& engine_;
    Log& log_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Rules> rules_;
};

}  // namespace pivot::tools
