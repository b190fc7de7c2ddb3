// One reactor and the calls on it.
#pragma once

#include "base/counter.hpp"
#include "base/list.hpp"
#include "engine/call_table.hpp"
#include "engine/lane_cdrs.hpp"
#include "engine/records.hpp"
#include "engine/session_parts.hpp"
#include "exchange/attempts.hpp"
#include "exchange/exchanges.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "rooms/lobby.hpp"

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot::engine {

// What the lanes of an engine share.
struct LaneNeeds {
    std::shared_ptr<const exchange::Settings> settings;
    CallTable& calls;
    rooms::Mail& mail;
    Records& records;
    media::Worker* media;            // null if there is none
    const Instruments* instruments;  // null: the calls are real
};

class Lane {
public:
    // On the thread that will turn the reactor, and only that one. What `engine` refers to outlives
    // the lane. Lanes are numbered from 0.
    static tl::expected<std::unique_ptr<Lane>, std::string> open(unsigned number,
                                                                 const LaneNeeds& engine);

    ~Lane();  // cancels the calls in flight, and turns until all is torn down

    reactor::Reactor& reactor() { return *reactor_; }

    // Whether another turn is due now. On a manual clock, calls that only wait go on.
    bool goes_on();

    // On the lane's thread.
    void begin(Place& place);
    void take(std::shared_ptr<exchange::Accounts> accounts);  // other settings, from now on
    // Both end the calls in flight, and each that begins later; the first waits for their hosts.
    void cancel_all();
    void close();
    void leave_cdr(session::Cdr cdr);  // of a call that had no session
    rooms::Lobby& rooms() { return rooms_; }
    exchange::Tally& tally() { return exchanges_->tally; }

    // Any thread.
    const http::Client& client() const { return *exchanges_->client; }
    std::size_t sessions() const { return session_count_.value(); }
    std::size_t jobs_overdue() const { return jobs_overdue_.value(); }

    // Ends what goes on without calls, callbacks and the delivery of CDRs, and turns until it has
    // ended. No call is in flight.
    void end_background();

private:
    Lane(unsigned number, unsigned lanes, const LaneNeeds& engine)
        : calls_(engine.calls),
          records_(engine.records),
          media_(engine.media),
          instruments_(engine.instruments),
          rooms_(number, lanes, engine.mail)
    {
    }

    SessionParts& session_parts();
    Place* take_in_flight();
    void leave(Place& place);
    reactor::Task<> perform(Place& place, reactor::Reactor& reactor);
    reactor::Task<> run(Place& place, reactor::Reactor& reactor);
    reactor::Task<> run_given(Place& place, reactor::Reactor& reactor);
    void fail_given(PendingPivot& pivot, const Failure& failure);
    reactor::Task<Result<void>> read_given(PendingPivot& pivot, const net::AddressPolicy& policy,
                                           reactor::Deadline& deadline);
    exchange::AttemptsPlan plan_of(const PendingPivot& pivot) const;
    bool may_ask(PendingPivot& pivot, const exchange::Account& account);
    bool is_recorded(const PendingPivot& pivot) const;
    void warn_of_missing(const PendingPivot& pivot);
    reactor::Task<bool> conclude(PendingPivot& pivot, exchange::Attempts& attempts,
                                 reactor::Task<Result<http::LentResponse>>& asked,
                                 reactor::Deadline& deadline);
    reactor::Task<bool> record_and_go_on(PendingPivot& pivot, exchange::Attempts& attempts,
                                         Failure& failure, reactor::Deadline& deadline);
    Result<void> read(PendingPivot& pivot, const exchange::Attempts& attempts,
                      const http::Response& response);
    reactor::Task<Result<void>> read_long(PendingPivot& pivot, exchange::Attempts& attempts,
                                          http::Response& response, reactor::Deadline& deadline);
    Result<void> deliver(PendingPivot& pivot, Result<exchange::AnswerView> answer);

    CallTable& calls_;
    Records& records_;
    media::Worker* const media_;
    const Instruments* const instruments_;
    std::unique_ptr<reactor::Reactor> reactor_;
    std::unique_ptr<exchange::Exchanges> exchanges_;
    rooms::Lobby rooms_;
    std::unique_ptr<LaneCdrs> cdrs_;
    std::unique_ptr<SessionParts> sessions_;  // null: there was none yet
    std::unique_ptr<reactor::Scope> running_;
    List<Place> in_flight_;
    Counter session_count_;
    Counter jobs_overdue_;
    bool is_cancelling_ = false;
    bool is_closing_ = false;
};

}  // namespace pivot::engine
