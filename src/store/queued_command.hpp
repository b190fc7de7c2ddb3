// What the store's thread is asked to do, and how the asker is told.
#pragma once

#include "reactor/reactor.hpp"
#include "store/cdr_table.hpp"
#include "store/debug_table.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace pivot::store {

struct Tables {
    CdrTable cdrs;
    Answer<DebugTable> debug_records;  // or why there are none
};

// Lives from submitting to the reply, which destroys it.
class Command final : public reactor::Message {
public:
    enum class Kind { put_cdr, change_cdr, read, add_debug_record };

    // On the store's thread. Executed again where its transaction failed, without effect.
    using Execute = std::function<Answer<void>(Tables&)>;
    using Reply = std::function<void(const Answer<void>&)>;

    // `size_bytes`: of what is to be written. `reactor`: where the reply is due.
    Command(Kind kind, std::size_t size_bytes, Execute execute, reactor::Reactor& reactor,
            Reply reply)
        : kind_(kind),
          size_bytes_(size_bytes),
          execute_(std::move(execute)),
          reactor_(&reactor),
          reply_(std::move(reply))
    {
    }

    // Nobody waits for it.
    Command(Kind kind, std::size_t size_bytes, Execute execute)
        : kind_(kind), size_bytes_(size_bytes), execute_(std::move(execute))
    {
    }

    Kind kind() const { return kind_; }
    std::size_t size_bytes() const { return size_bytes_; }

    Answer<void> execute(Tables& tables) { return execute_(tables); }

    // The outcome, to be replied.
    void end(Answer<void> outcome)
    {
        outcome_ = std::move(outcome);
        has_ended_ = true;
    }
    bool has_ended() const { return has_ended_; }

    static void reply(std::unique_ptr<Command> command)
    {
        if (command->reactor_ == nullptr) return;
        auto& reactor = *command->reactor_;
        reactor.post(*command.release());
    }

private:
    void deliver() override
    {
        const std::unique_ptr<Command> self(this);
        reply_(outcome_);
    }

    const Kind kind_;
    const std::size_t size_bytes_;
    Execute execute_;
    reactor::Reactor* const reactor_ = nullptr;
    Reply reply_;
    Answer<void> outcome_;
    bool has_ended_ = false;
};

}  // namespace pivot::store
