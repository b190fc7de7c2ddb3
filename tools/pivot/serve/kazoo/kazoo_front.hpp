// A front end for KAZOO's calls: KAZOO asks for pivots over its message bus.
//
//     engine threads ── commands ──► the front's thread: the connection, requests ◄──► RabbitMQ
//            ▲                             │
//            └────── start, tell ──────────┘
//
// A pivot takes no locks but those of the log and the history.
#pragma once

#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/attending.hpp"
#include "pivot/serve/fronts/front.hpp"
#include "pivot/serve/kazoo/bus_thread.hpp"
#include "pivot/serve/settings/kazoo_settings.hpp"
#include "switches/kazoo/bus_attendant.hpp"
#include "switches/kazoo/bus_numbers.hpp"
#include "switches/kazoo/request_desk.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

class KazooFront final : public Front, private Attending<switches::kazoo::BusAttendant> {
public:
    // `apology` is what callers hear before they are hung up because the call cannot go on.
    KazooFront(KazooSettings settings, std::string apology, Reception& reception);

    std::string description() const override;
    std::string_view name() const override { return name_; }
    std::string obstacle() const override { return bus_.obstacle(); }
    void add_metrics(std::vector<FrontMetric>& metrics) const override;
    bool is_turning() override { return bus_.is_turning(); }
    void start() override;
    void refuse_calls() override { bus_.refuse_requests(); }
    void take_calls() override { bus_.take_requests(); }
    void hang_up(std::string call_id) override;  // for calls with a document; KAZOO has the others
    void stop() override { bus_.stop(); }

private:
    // The attendant of calls.
    std::string own_id(std::string call_id) override;
    std::string begin(switches::kazoo::Arrival arrival, Channel& channel,
                      Engine::Ticket& ticket) override;
    void refuse(std::string_view own_id, std::string_view why) override;

    const KazooSettings settings_;
    const std::string name_;
    const std::string apology_;
    switches::kazoo::BusNumbers numbers_;
    switches::kazoo::RequestDesk* desk_ = nullptr;  // the thread's
    BusThread bus_;                                 // uses all members above
};

}  // namespace pivot::tools
