#include "exchange/long_answers.hpp"

#include "http/decoding.hpp"
#include "reactor/reactor.hpp"
#include "reactor/wait.hpp"

#include <cassert>

namespace pivot::exchange {

using reactor::Deadline;
using reactor::Task;

void LongAnswers::Pass::give_back()
{
    if (LongAnswers* answers = std::exchange(answers_, nullptr)) answers->admit_next();
}

bool LongAnswers::Wait::await_ready() noexcept
{
    if (deadline_.has_expired()) return true;
    if (answers_.is_taken_) return false;
    answers_.is_taken_ = has_pass_ = true;
    return true;
}

void LongAnswers::Wait::await_suspend(std::coroutine_handle<> waiting)
{
    waiting_ = waiting;
    deadline_.add(*this);
    answers_.add(*this);
}

void LongAnswers::Wait::interrupt(const Deadline&)
{
    ListHook<Wait>::unlink();
    deadline_.reactor().resume_soon(waiting_);
}

void LongAnswers::add(Wait& wait)
{
    auto place = origins_.find(wait.origin_);
    if (place == origins_.end()) {
        place = origins_.try_emplace(std::string(wait.origin_)).first;
        place->second.name = place->first;
        in_turn_.push_back(place->second);
    }
    place->second.waiting.push_back(wait);
}

// Admits the first of the next origin. An origin without waiting answers is forgotten at its turn.
void LongAnswers::admit_next()
{
    assert(is_taken_);
    is_taken_ = false;
    while (!in_turn_.empty() && !is_taken_) {
        Origin& origin = in_turn_.front();
        origin.unlink();
        if (origin.waiting.empty()) {
            origins_.erase(origins_.find(origin.name));
            continue;
        }
        Wait& next = origin.waiting.front();
        next.ListHook<Wait>::unlink();
        next.Waiter::unlink();
        next.has_pass_ = is_taken_ = true;
        next.deadline_.reactor().resume_soon(next.waiting_);
        in_turn_.push_back(origin);
    }
}

namespace {

// Decodes what is short, and leaves what is long as it was.
Result<void> decode_if_short(http::Response& response, const http::ResponseLimits& limits)
{
    if (response.body.size() > short_answer_bytes) return {};
    http::Decoding decoding(response, limits);
    auto decoded = decoding.decode(short_answer_bytes);
    if (decoded && !decoding.is_complete()) decoding.undo();
    return decoded;
}

Task<Result<void>> decode_in_portions(http::Response& response, const http::ResponseLimits& limits,
                                      Deadline& deadline)
{
    http::Decoding decoding(response, limits);
    while (!decoding.is_complete()) {
        auto decoded = decoding.decode(portion_bytes);
        if (!decoded) co_return decoded;
        deadline.reactor().worked(reading_ns(portion_bytes));
        const bool has_time = co_await reactor::Yield(deadline);
        if (!has_time) co_return tl::unexpected(deadline.failure(Phase::read));
    }
    co_return Result<void>();
}

}  // namespace

Task<Result<LongAnswers::Pass>> make_readable(http::Response& response, std::string_view origin,
                                              LongAnswers& answers,
                                              const http::ResponseLimits& limits,
                                              Deadline& deadline)
{
    if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::read));
    if (response.is_gzip) {
        auto decoded = decode_if_short(response, limits);
        if (!decoded) co_return tl::unexpected(std::move(decoded.error()));
    }
    if (!response.is_gzip && response.body.size() <= short_answer_bytes) {
        co_return LongAnswers::Pass();
    }
    auto pass = co_await answers.enter(origin, deadline);
    const bool has_time = co_await reactor::Yield(deadline);
    if (!has_time) co_return tl::unexpected(deadline.failure(Phase::read));
    if (response.is_gzip) {
        auto decoded = co_await decode_in_portions(response, limits, deadline);
        if (!decoded) co_return tl::unexpected(std::move(decoded.error()));
    }
    co_return std::move(pass);
}

}  // namespace pivot::exchange
