// Copies of KAZOO's requests that are only watched: each is judged as if it were ours, and nobody
// gets a reply.
//
// A copy is acknowledged once it is judged, so the prefetch limits how many are judged at a time.
#pragma once

#include "base/json.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "switches/kazoo/bus_desk.hpp"
#include "switches/kazoo/pivot_request.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace pivot::switches::kazoo {

class ShadowJudge {
public:
    virtual ~ShadowJudge() = default;

    // Finds out what would happen to the request, by the deadline at the latest.
    virtual reactor::Task<> judge(PivotRequest::Question question, reactor::Deadline& deadline) = 0;

    // The request could not be performed as it is.
    virtual void refuse(const PivotRequest& request, std::string_view why) = 0;

    // Drops everything, because nobody waits. Then the reactor turns until is_closed().
    virtual void close() = 0;
    virtual bool is_closed() const = 0;
};

class ShadowDesk final : public BusDesk {
public:
    ShadowDesk(reactor::Reactor& reactor, std::unique_ptr<ShadowJudge> judge,
               std::chrono::milliseconds timeout_max);
    ShadowDesk(const ShadowDesk&) = delete;
    ShadowDesk& operator=(const ShadowDesk&) = delete;
    ~ShadowDesk() override;  // once it is idle

    void opened(Bus& bus, bool is_queue_new) override;
    void delivered(Delivery&& delivery) override;
    void returned(std::string_view) override {}
    void confirmed(std::uint64_t, bool) override {}
    void blocked(bool) override {}
    void lost() override { bus_ = nullptr; }

    // Stops judging. is_idle() follows soon.
    void stop() { life_.expire(Reason::cancelled); }
    bool is_idle() const override { return judging_.running() == 0; }
    void close() override { judge_->close(); }
    bool is_closed() const override { return judge_->is_closed(); }

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    reactor::Task<> watch(PivotRequest::Question question, std::uint64_t tag, unsigned connection);
    void acknowledge(std::uint64_t tag, unsigned connection);

    reactor::Reactor& reactor_;
    const std::unique_ptr<ShadowJudge> judge_;
    const std::chrono::milliseconds timeout_max_;
    reactor::Deadline life_;
    reactor::Scope judging_;
    json::Document document_;  // the request that is read
    Bus* bus_ = nullptr;
    unsigned connection_ = 0;  // whose tags identify deliveries
};

}  // namespace pivot::switches::kazoo
