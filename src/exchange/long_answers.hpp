// Who may read a long answer: one at a time, and the origins take turns.
//
// An answer within all limits can take a lane ten milliseconds to decode and parse, while it costs
// its server a kilobyte, and thousands can come at once. So each waits for its origin's turn and is
// read in portions, between which everything else goes on: long answers delay other answers of
// their server, hardly those of others, and never a short one. A waiting answer is not decoded, so
// only one decoded text is in memory.
#pragma once

#include "base/list.hpp"
#include "http/response.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

#include <coroutine>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::exchange {

// An answer up to the first size is read at once; a longer one in portions of the second.
inline constexpr std::size_t short_answer_bytes = 16 * 1024;
inline constexpr std::size_t portion_bytes = 64 * 1024;

// Roughly how long it takes to read so much, for Reactor::worked().
constexpr reactor::Nanoseconds reading_ns(std::size_t bytes)
{
    return static_cast<reactor::Nanoseconds>(8 * bytes);
}

// Lives longer than its passes.
class LongAnswers {
public:
    // The right to read one, given back when this dies.
    class Pass {
    public:
        Pass() = default;  // none
        explicit Pass(LongAnswers& answers) : answers_(&answers) {}
        Pass(Pass&& other) noexcept : answers_(std::exchange(other.answers_, nullptr)) {}
        Pass& operator=(Pass&& other) noexcept
        {
            give_back();
            answers_ = std::exchange(other.answers_, nullptr);
            return *this;
        }
        ~Pass() { give_back(); }

        explicit operator bool() const { return answers_ != nullptr; }
        void give_back();

    private:
        LongAnswers* answers_ = nullptr;
    };

    class Wait final : private reactor::Waiter, private ListHook<Wait> {
    public:
        Wait(LongAnswers& answers, std::string_view origin, reactor::Deadline& deadline)
            : answers_(answers), origin_(origin), deadline_(deadline)
        {
        }

        bool await_ready() noexcept;
        void await_suspend(std::coroutine_handle<> waiting);
        Pass await_resume() noexcept { return has_pass_ ? Pass(answers_) : Pass(); }

    private:
        friend class LongAnswers;
        friend class pivot::TaggedList<Wait, Wait>;
        void interrupt(const reactor::Deadline& deadline) override;

        LongAnswers& answers_;
        const std::string_view origin_;
        reactor::Deadline& deadline_;
        std::coroutine_handle<> waiting_;
        bool has_pass_ = false;
    };

    // Yields a pass, or none if the deadline expired first.
    Wait enter(std::string_view origin, reactor::Deadline& deadline)
    {
        return Wait(*this, origin, deadline);
    }

private:
    struct Origin : ListHook<Origin> {
        std::string_view name;
        List<Wait> waiting;
    };

    void add(Wait& wait);
    void admit_next();

    std::map<std::string, Origin, std::less<>> origins_;  // for which some wait, or did lately
    List<Origin> in_turn_;                                // all of them
    bool is_taken_ = false;
};

// Decodes the body of `response`, which came from `origin`, if it is encoded. A short one is ready
// at once and needs no pass. Fails with protocol or too_large, phase read, with timeout
// or with cancelled.
reactor::Task<Result<LongAnswers::Pass>> make_readable(http::Response& response,
                                                       std::string_view origin,
                                                       LongAnswers& answers,
                                                       const http::ResponseLimits& limits,
                                                       reactor::Deadline& deadline);

}  // namespace pivot::exchange
