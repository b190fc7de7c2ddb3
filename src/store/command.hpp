// What the store's thread is asked to do, and how whoever asked is told.
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
    DebugTable debug_records;
};

// Lives from submitting to the reply, which destroys it.
class Command final : public reactor::Message {
public:
    enum class Kind { put_cdr, change, read, add_debug_record };

    // On the store's thread. May be executed again where a transaction failed, without effect.
    using Execute = std::function<Answer<void>(Tables&)>;
    using Reply = std::function<void(const Answer<void>&)>;

    // `reactor`: where the reply is due.
    Command(Kind kind, Execute execute, reactor::Reactor& reactor, Reply reply)
        : kind_(kind), execute_(std::move(execute)), reactor_(&reactor), reply_(std::move(reply))
    {
    }

    // Nobody waits for it.
    Command(Kind kind, std::size_t size_bytes, Execute execute)
        : kind_(kind), size_bytes_(size_bytes), execute_(std::move(execute))
    {
    }

    Kind kind() const { return kind_; }
    std::size_t size_bytes() const { return size_bytes_; }

    const Answer<void>& execute(Tables& tables) { return outcome_ = execute_(tables); }
    void fail(std::string error) { outcome_ = tl::unexpected(std::move(error)); }

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
    const std::size_t size_bytes_ = 0;  // of a debug record
    Execute execute_;
    reactor::Reactor* const reactor_ = nullptr;
    Reply reply_;
    Answer<void> outcome_;
};

}  // namespace pivot::store
