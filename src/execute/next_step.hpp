// What to do when a document or a flow has come to its end.
#pragma once

#include "session/call_session.hpp"

#include <memory>
#include <string>
#include <utility>

namespace pivot::execute {

struct NextStep {
    enum class Kind : std::uint8_t {
        go_on,    // there is nothing left in it
        hang_up,  // it said so
        begin,    // the session's first question
        ask,      // another document
        report,   // the same, but the caller is gone and the answer is useless
        pivot,    // a nested pivot node
        leave,    // the queue in whose wait document this was said
        failed,   // a document within another could not be had
        over,     // the call is gone, or elsewhere
    };
    Kind kind = Kind::go_on;
    // Pointers, because a call that waits has several of these in its frames.
    std::unique_ptr<session::Request> ask;  // of ask and report
    std::unique_ptr<std::string> node;      // of pivot: its JSON text

    bool is_end() const { return kind != Kind::go_on; }
    bool asks() const { return kind == Kind::begin || kind == Kind::ask || kind == Kind::pivot; }
};

inline NextStep next_step(NextStep::Kind kind)
{
    NextStep step;
    step.kind = kind;
    return step;
}

inline NextStep ask_next(session::Request ask)
{
    NextStep step;
    step.kind = NextStep::Kind::ask;
    step.ask = std::make_unique<session::Request>(std::move(ask));
    return step;
}

}  // namespace pivot::execute
