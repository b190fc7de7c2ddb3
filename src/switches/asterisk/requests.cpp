#include "switches/asterisk/requests.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "reactor/wait.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

void Requests::ask(AriRequest request, Done done, JobId job)
{
    waiting_.push_back({std::move(request), std::move(done), job});
    work();
}

void Requests::ask_now(AriRequest request, Done done, JobId job)
{
    Waiting urgent{std::move(request), std::move(done), job};
    if (is_working_ && job != 0 && job == asked_for_) {
        waiting_.push_front(std::move(urgent));
    } else {
        ++urgent_;
        switchboard_.scope.spawn(work_past(std::move(urgent), switchboard_.reactor));
    }
}

bool Requests::withdraw(JobId job)
{
    return std::erase_if(waiting_, [job](const Waiting& other) { return other.job == job; }) > 0;
}

void Requests::work()
{
    if (std::exchange(is_working_, true)) return;
    switchboard_.scope.spawn(work_off(switchboard_.reactor));
}

reactor::Task<> Requests::work_off(reactor::Reactor& reactor)
{
    while (!waiting_.empty()) {
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        asked_for_ = next.job;
        co_await ask_one(next, reactor);
    }
    is_working_ = false;
    idle_();
}

reactor::Task<> Requests::work_past(Waiting urgent, reactor::Reactor& reactor)
{
    co_await ask_one(urgent, reactor);
    --urgent_;
    idle_();
}

reactor::Task<> Requests::ask_one(Waiting& next, reactor::Reactor& reactor)
{
    reactor::Deadline deadline(reactor, reactor.now() + timeout_ns);
    const Nanoseconds since = monotonic_now();
    const auto answer = co_await switchboard_.ari.ask(next.request, deadline);
    switchboard_.attendant.timed(monotonic_now() - since);
    if (next.done) next.done(answer);
}

bool has_succeeded(const Result<AriAnswer>& answer)
{
    return answer && answer->status >= 200 && answer->status <= 299;
}

bool is_gone(const Result<AriAnswer>& answer)
{
    return answer &&
           (answer->status == http::status::not_found || answer->status == http::status::conflict);
}

bool is_unanswered(const Result<AriAnswer>& answer)
{
    if (!answer) return answer.error().reason != Reason::cancelled;
    return answer->status >= http::status::internal_server_error;
}

reactor::Task<Result<AriAnswer>> ask_persistently(AriCommands& ari, const AriRequest& request,
                                                  reactor::Deadline& deadline)
{
    constexpr int attempts_max = 3;
    for (int attempts = 1;; ++attempts) {
        auto answer = co_await ari.ask(request, deadline);
        if (!is_unanswered(answer) || attempts == attempts_max) co_return answer;
        const Nanoseconds next = deadline.reactor().now() + second_ns;
        const bool has_time = co_await reactor::Sleep(next, deadline);
        if (!has_time) co_return answer;
    }
}

std::optional<std::string> value_in(const Result<AriAnswer>& answer)
{
    if (!answer || answer->status != http::status::ok) return std::nullopt;
    json::Document document(8);
    const auto root = document.read(answer->body);
    const auto value = root ? root->find("value") : std::nullopt;
    return std::string(value ? value->text() : std::string_view());
}

std::string why_of(const Result<AriAnswer>& answer)
{
    if (!answer) return fmt::format("Asterisk cannot be asked: {}", answer.error().message);
    json::Document document(8);
    const auto root = document.read(answer->body);
    for (const std::string_view key : {"message", "error"}) {
        const auto text = root ? root->find(key) : std::nullopt;
        if (text && text->is_string()) {
            return fmt::format("Asterisk: {} ({})", printable(text->text()), answer->status);
        }
    }
    return fmt::format("Asterisk answers with status {}", answer->status);
}

}  // namespace pivot::switches::asterisk
