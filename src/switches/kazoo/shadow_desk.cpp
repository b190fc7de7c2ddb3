#include "switches/kazoo/shadow_desk.hpp"

#include "switches/kazoo/message_body.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pivot::switches::kazoo {

namespace {

using reactor::Deadline;
using reactor::Task;

// Judging may take as long as an answer.
constexpr Nanoseconds patience_ns = 10 * second_ns;

}  // namespace

ShadowDesk::ShadowDesk(reactor::Reactor& reactor, std::unique_ptr<ShadowJudge> judge,
                       std::chrono::milliseconds timeout_max)
    : reactor_(reactor),
      judge_(std::move(judge)),
      timeout_max_(timeout_max),
      life_(reactor, never),
      judging_(reactor)
{
}

ShadowDesk::~ShadowDesk()
{
    assert(is_idle());
}

void ShadowDesk::opened(Bus& bus, bool /*is_queue_new*/)
{
    bus_ = &bus;
    ++connection_;
}

void ShadowDesk::delivered(Delivery&& delivery)
{
    if (life_.has_expired()) return;
    PivotRequest asked = PivotRequest::read(document_, decode_body(delivery),
                                            std::min(timeout_max_, PivotRequest::timeout_max));
    if (asked.question && asked.can_be_answered()) {
        return judging_.spawn(watch(std::move(*asked.question), delivery.tag, connection_));
    }
    judge_->refuse(asked, asked.question ? "the call names no queue for replies"
                                         : std::string_view(asked.question.error()));
    acknowledge(delivery.tag, connection_);
}

Task<> ShadowDesk::watch(PivotRequest::Question question, std::uint64_t tag, unsigned connection)
{
    if (life_.has_expired()) co_return;
    Deadline in_time(life_, reactor_.now() + patience_ns);
    co_await judge_->judge(std::move(question), in_time);
    acknowledge(tag, connection);
}

void ShadowDesk::acknowledge(std::uint64_t tag, unsigned connection)
{
    if (bus_ != nullptr && connection == connection_) bus_->acknowledge(tag);
}

}  // namespace pivot::switches::kazoo
