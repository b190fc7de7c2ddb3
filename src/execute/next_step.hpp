// What to do when a document or a flow has come to its end.
#pragma once

#include "pivot/session.hpp"

#include <string>

namespace pivot::execute {

struct NextStep {
    enum class Kind : std::uint8_t {
        go_on,    // there is nothing left in it
        hang_up,  // it said so
        ask,      // another document
        report,   // the same, though the caller is gone: the answer is of no use
        pivot,    // a nested pivot node
        leave,    // the queue in whose wait document this was said
        over,     // the call is gone, or elsewhere
    };
    Kind kind = Kind::go_on;
    Ask ask;
    std::string node;  // of pivot: its JSON text

    bool is_end() const { return kind != Kind::go_on; }
};

inline NextStep next_step(NextStep::Kind kind)
{
    NextStep step;
    step.kind = kind;
    return step;
}

inline NextStep ask_next(Ask ask)
{
    NextStep step;
    step.kind = NextStep::Kind::ask;
    step.ask = std::move(ask);
    return step;
}

}  // namespace pivot::execute
