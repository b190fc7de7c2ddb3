#include "pivot/callbacks.hpp"

#include "pivot/session_request.hpp"
#include "reactor/wait.hpp"

#include <memory>
#include <utility>

namespace pivot {

namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Task;

constexpr Nanoseconds attempt_ns_max = 5'000'000'000;
constexpr Nanoseconds first_pause_ns = 1'000'000'000;  // doubled behind each attempt

}  // namespace

Callbacks::Callbacks(Exchanges& exchanges)
    : exchanges_(exchanges),
      closing_(exchanges.reactor(), reactor::never),
      sending_(exchanges.reactor())
{
}

Callbacks::~Callbacks()
{
    closing_.expire(Reason::cancelled);
    while (sending_.running() > 0) exchanges_.reactor().turn(reactor::never);
}

void Callbacks::send(Notice notice)
{
    if (waiting_ == waiting_max || closing_.has_expired()) {
        ++dropped_;
        return;
    }
    ++waiting_;
    std::string call_id = notice.call_id;
    Queue& queue = by_call_[call_id];
    queue.push_back(std::move(notice));
    if (queue.size() == 1) sending_.spawn(deliver(std::move(call_id), closing_));
}

// All notices of a call, until there are no more.
Task<> Callbacks::deliver(std::string call_id, Deadline& deadline)
{
    const auto queue = by_call_.find(call_id);
    while (!queue->second.empty()) {
        const Notice& notice = queue->second.front();
        bool is_delivered = false;
        Nanoseconds pause_ns = first_pause_ns;
        for (int attempts = 0; attempts < attempts_max && !deadline.has_expired(); ++attempts) {
            is_delivered = co_await attempt(notice, deadline);
            const bool is_last = is_delivered || attempts + 1 == attempts_max;
            if (is_last) break;
            co_await reactor::Sleep(exchanges_.reactor().now() + pause_ns, deadline);
            pause_ns *= 2;
        }
        if (!is_delivered) ++dropped_;
        queue->second.pop_front();
        --waiting_;
    }
    by_call_.erase(queue);
}

// Whether it has arrived, or there is no use in another attempt.
Task<bool> Callbacks::attempt(const Notice& notice, Deadline& deadline)
{
    Deadline attempt_deadline(deadline, exchanges_.reactor().now() + attempt_ns_max);
    const auto destination =
        std::make_shared<const http::Destination>(notice.url, exchanges_.policy());
    SessionRequest request(destination, notice.method, notice.body_format, notice.parameters);
    request.set_headers(notice.headers);
    http::Progress progress;
    progress.started = exchanges_.reactor().now();
    while (!attempt_deadline.has_expired()) {
        const Failure* failure =
            co_await exchanges_.client().ask(request, progress, attempt_deadline);
        if (failure != nullptr) co_return failure->reason == Reason::blocked;
        if (!http::Route::is_redirect(*progress.response)) break;
        const auto followed = request.route().follow(
            *progress.response, exchanges_.config().http.redirects_max, exchanges_.policy());
        if (!followed) co_return true;
    }
    co_return progress.status < 500;
}

}  // namespace pivot
