#include "pivot/serve/calls/awaited_outcome.hpp"

#include "base/clock.hpp"
#include "reactor/inbox.hpp"
#include "reactor/reactor.hpp"
#include "reactor/wait.hpp"

#include <utility>

namespace pivot::tools {

namespace {

using reactor::Deadline;
using reactor::Task;

// An outcome on its way from a thread of the engine to the reactor's.
class Awaited final : public reactor::Message {
public:
    explicit Awaited(reactor::Reactor& reactor) : reactor_(reactor) {}

    // Called on a thread of the engine, once.
    void end(Outcome&& ended)
    {
        outcome = std::move(ended);
        reactor_.post(*this);
    }
    reactor::Event::Wait wait(Deadline& deadline) { return done_.wait(deadline); }

    // On the reactor's thread. The outcome may arrive while nobody waits: after the deadline has
    // expired, and before the coroutine resumes.
    bool is_over() const { return is_over_; }

    Outcome outcome;

private:
    void deliver() override
    {
        is_over_ = true;
        done_.happen();
    }

    reactor::Reactor& reactor_;
    reactor::Event done_;
    bool is_over_ = false;
};

}  // namespace

// The engine always delivers an outcome, even after a cancel.
Task<Outcome> outcome_of(Engine& engine, Request request, Deadline& deadline)
{
    Awaited awaited(deadline.reactor());
    Engine::Ticket ticket;
    engine.start(request, [&awaited](Outcome outcome) { awaited.end(std::move(outcome)); }, ticket);
    co_await awaited.wait(deadline);
    if (!awaited.is_over()) engine.cancel(ticket);
    Deadline patience(deadline.reactor(), never);
    while (!awaited.is_over()) co_await awaited.wait(patience);
    co_return std::move(awaited.outcome);
}

}  // namespace pivot::tools
