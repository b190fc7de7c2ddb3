#include "engine/lane.hpp"

#include "base/clock.hpp"
#include "base/pass_on.hpp"
#include "engine/live_session.hpp"
#include "engine/pivot_record.hpp"
#include "exchange/answer_kind.hpp"
#include "exchange/content.hpp"
#include "reactor/wait.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;

// Whether others would notice how long it takes to read. A failed answer is not read at all.
bool takes_long(const http::Response& response)
{
    const bool is_answer = response.status >= 200 && response.status <= 299;
    return is_answer && (response.is_gzip || response.body.size() > exchange::short_answer_bytes);
}

}  // namespace

tl::expected<std::unique_ptr<Lane>, std::string> Lane::open(unsigned number,
                                                            const LaneNeeds& engine)
{
    const EngineConfig& config = engine.settings->config();
    reactor::ReactorConfig reactor_config;
    reactor_config.ring.descriptors = config.connections_max;
    reactor_config.ring.is_polled = config.reactors == 0;
    auto reactor = reactor::Reactor::open(reactor_config);
    if (!reactor) return tl::unexpected(std::move(reactor.error()));
    auto exchanges = exchange::Exchanges::open(engine.settings, **reactor);
    if (!exchanges) return tl::unexpected(std::move(exchanges.error()));

    const unsigned lanes = std::max(config.reactors, 1U);
    std::unique_ptr<Lane> lane(new Lane(number, lanes, engine));
    lane->reactor_ = std::move(*reactor);
    lane->exchanges_ = std::move(*exchanges);
    lane->cdrs_ =
        std::make_unique<LaneCdrs>(number, *lane->exchanges_, engine.records, engine.instruments);
    lane->running_ = std::make_unique<reactor::Scope>(*lane->reactor_);
    return lane;
}

Lane::~Lane()
{
    while (reactor_->has_messages()) reactor_->turn(0);  // begins what was posted before
    close();
    while (running_->running() > 0) reactor_->turn(reactor::never);
    end_background();
    sessions_.reset();
    exchanges_->close();
    while (!reactor_->is_idle()) reactor_->turn(reactor::never);
}

// The store's replies are messages of another thread, which do not end a wait of a polled ring.
void Lane::end_background()
{
    constexpr Nanoseconds patience_ns = 1'000'000;
    if (sessions_) sessions_->close();
    cdrs_->close();
    const auto is_idle = [this] {
        return cdrs_->is_idle() && (!sessions_ || sessions_->is_idle());
    };
    while (!is_idle()) reactor_->turn(monotonic_now() + patience_ns);
}

void Lane::begin(Place& place)
{
    in_flight_.push_back(place);
    if (LiveSession* const session = place.session()) {
        session->begin(session_parts());
        session_count_.add();
        running_->spawn(perform(place, *reactor_));
    } else {
        const bool is_given = !place.pivot().request.flow_doc().empty();
        running_->spawn(is_given ? run_given(place, *reactor_) : run(place, *reactor_));
    }
    if (is_closing_) {
        place.abandon();
    } else if (is_cancelling_) {
        place.cancel();
    }
}

void Lane::leave_cdr(session::Cdr cdr)
{
    if (records_.takes_cdrs()) cdrs_->put(std::move(cdr), [](const Result<void>&) {});
}

SessionParts& Lane::session_parts()
{
    if (!sessions_) {
        sessions_ = std::make_unique<SessionParts>(*exchanges_, rooms_, records_, *cdrs_, media_,
                                                   jobs_overdue_, instruments_);
    }
    return *sessions_;
}

bool Lane::goes_on()
{
    if (reactor_->next_turn() <= reactor_->now()) return true;
    return sessions_ && sessions_->clock.is_manual() && sessions_->pass_time();
}

void Lane::take(std::shared_ptr<exchange::Accounts> accounts)
{
    exchanges_->take(std::move(accounts));
    if (sessions_) sessions_->configure();
}

void Lane::cancel_all()
{
    is_cancelling_ = true;
    while (Place* const place = take_in_flight()) place->cancel();
}

void Lane::close()
{
    is_closing_ = true;
    while (Place* const place = take_in_flight()) place->abandon();
}

// Returns null if there is none left.
Place* Lane::take_in_flight()
{
    if (in_flight_.empty()) return nullptr;
    Place& place = in_flight_.front();
    place.unlink();
    return &place;
}

void Lane::leave(Place& place)
{
    place.leave();
    calls_.give_back(place);
}

Task<> Lane::perform(Place& place, Reactor&)
{
    co_await place.session()->run(*sessions_);
    session_count_.take();
    leave(place);
}

// There is no local for the pivot, because every call in flight would pay for it.
Task<> Lane::run(Place& place, Reactor&)
{
    {
        exchange::PackedContent content(place.pivot().request, exchanges_->parameters);
        exchange::Attempts attempts(*exchanges_, content, plan_of(place.pivot()));
        bool is_asking = may_ask(place.pivot(), attempts.account());
        if (is_asking) place.pivot().attempts = &attempts;
        while (is_asking) {
            auto asked = attempts.ask(place.pivot().deadline());
            auto& end = asked.ended();
            co_await end;
            is_asking = co_await conclude(place.pivot(), attempts, asked, place.pivot().deadline());
        }
        place.pivot().attempts = nullptr;
    }
    leave(place);
}

// Asks no server, because the action has its answer with it.
Task<> Lane::run_given(Place& place, Reactor&)
{
    PendingPivot& pivot = place.pivot();
    const auto account = exchanges_->account_of(pivot.request.account_id());
    if (may_ask(pivot, *account)) {
        const auto read = co_await read_given(pivot, account->rules().policy, pivot.deadline());
        if (!read) fail_given(pivot, read.error());
    }
    leave(place);
}

void Lane::fail_given(PendingPivot& pivot, const Failure& failure)
{
    if (is_recorded(pivot)) {
        session::DebugRecord record = record_of(pivot, failure);
        record.note_branch("_");
        records_.add(std::move(record));
    }
    pivot.deliver_failed(failure);
}

// Uses a reader of its own, because others use the reactor's in between.
Task<Result<void>> Lane::read_given(PendingPivot& pivot, const net::AddressPolicy& policy,
                                    Deadline& deadline)
{
    const auto response =
        exchange::given_answer(pivot.request.flow_doc(), pivot.request.flow_type());
    const auto reader = exchanges_->make_answer_reader();
    auto begun = reader->begin(response, policy);
    reactor_->worked(exchange::reading_ns(response.body.size()));
    const bool has_time = co_await reactor::Yield(deadline);
    if (!begun) co_return begun;
    if (!has_time) co_return tl::unexpected(deadline.failure(Phase::parse));
    co_return deliver(pivot, reader->finish());
}

// One deadline covers everything, so no URL has a time of its own.
exchange::AttemptsPlan Lane::plan_of(const PendingPivot& pivot) const
{
    const exchange::PackedRequest& request = pivot.request;
    exchange::AttemptsPlan plan;
    plan.webhook = {request.voice_url(), request.method()};
    plan.fallback = {request.fallback_url(), request.fallback_method()};
    plan.format = request.req_format();
    plan.body_format = request.req_body_format();
    plan.account_id = request.account_id();
    plan.action_url = request.voice_url();
    plan.headers = request.headers();
    plan.url_headers = request.custom_headers();
    plan.is_recorded = is_recorded(pivot);
    plan.keeps_headers = plan.is_recorded;
    plan.started = pivot.started;
    return plan;
}

// Whether there is something to ask; else the call has its outcome.
bool Lane::may_ask(PendingPivot& pivot, const exchange::Account& account)
{
    if (pivot.deadline().has_expired()) return false;
    if (const Failure* bad_action = pivot.request.bad_action()) {
        pivot.deliver_failed(*bad_action);
        return false;
    }
    if (pivot.request.skips_module()) {
        pivot.deliver_skipped();
        return false;
    }
    auto seat = exchange::take_seat(account.profile());
    if (!seat) {
        exchanges_->tally.calls_refused.add();
        pivot.deliver_failed(seat.error());
        return false;
    }
    pivot.seat = std::move(*seat);
    if (pivot.request.wants_record() || pivot.request.wants_cdr()) warn_of_missing(pivot);
    return true;
}

bool Lane::is_recorded(const PendingPivot& pivot) const
{
    return pivot.request.wants_record() && records_.takes_debug_records();
}

void Lane::warn_of_missing(const PendingPivot& pivot)
{
    const exchange::PackedRequest& request = pivot.request;
    if (request.wants_record() && !records_.takes_debug_records()) {
        records_.warn_of_missing(request.call_id());
    } else if (request.wants_cdr()) {
        records_.warn_of_cdr_of_pivot(request.call_id());
    }
}

// Whether there is more to ask; else the call has its outcome.
Task<bool> Lane::conclude(PendingPivot& pivot, exchange::Attempts& attempts,
                          Task<Result<http::LentResponse>>& asked, Deadline& deadline)
{
    auto response = asked.take();
    auto followed = attempts.follow(response, deadline);
    if (followed && *followed) co_return true;
    Result<void> read;
    if (!followed) {
        read = pass_on(followed);
    } else if (takes_long(**response)) {
        read = co_await read_long(pivot, attempts, **response, deadline);
    } else {
        attempts.progress().phase = Phase::parse;
        read = this->read(pivot, attempts, **response);
    }
    if (read) co_return false;
    auto going_on = is_recorded(pivot) && attempts.request().has_begun()
                        ? record_and_go_on(pivot, attempts, read.error(), deadline)
                        : attempts.next(read.error(), deadline);
    const bool is_asked_again = co_await std::move(going_on);
    if (!is_asked_again) pivot.deliver_failed(read.error());
    co_return is_asked_again;
}

// Whether there is more to ask, as Attempts::next() says; then no branch follows this attempt.
Task<bool> Lane::record_and_go_on(PendingPivot& pivot, exchange::Attempts& attempts,
                                  Failure& failure, Deadline& deadline)
{
    session::DebugRecord record = record_of(pivot, failure);
    const bool is_asked_again = co_await attempts.next(failure, deadline);
    if (!is_asked_again) record.note_branch("_");
    records_.add(std::move(record));
    co_return is_asked_again;
}

// Delivers what it has read.
Result<void> Lane::read(PendingPivot& pivot, const exchange::Attempts& attempts,
                        const http::Response& response)
{
    auto read = deliver(pivot, exchanges_->answer_reader->read(response, attempts.policy()));
    reactor_->worked(exchange::reading_ns(response.body.size()));
    return read;
}

// Reads in steps, with a reader of its own, since others use the reactor's in between.
Task<Result<void>> Lane::read_long(PendingPivot& pivot, exchange::Attempts& attempts,
                                   http::Response& response, Deadline& whole)
{
    Deadline& deadline = attempts.deadline(whole);
    auto pass = co_await make_readable(response, attempts.request().destination().origin,
                                       exchanges_->long_answers,
                                       attempts.settings().client().response, deadline);
    attempts.progress().phase = Phase::parse;
    if (!pass) {
        attempts.explain(pass.error(), whole);
        co_return pass_on(pass);
    }
    if (!*pass) co_return read(pivot, attempts, response);
    const auto reader = exchanges_->make_answer_reader();
    auto begun = reader->begin(response, attempts.policy());
    reactor_->worked(exchange::reading_ns(response.body.size()));
    const bool has_time = co_await reactor::Yield(deadline);
    if (!begun) co_return begun;
    if (!has_time) co_return tl::unexpected(deadline.failure(Phase::parse));
    auto delivered = deliver(pivot, reader->finish());
    reactor_->worked(exchange::reading_ns(response.body.size()));
    co_return delivered;
}

Result<void> Lane::deliver(PendingPivot& pivot, Result<exchange::AnswerView> answer)
{
    if (!answer) return pass_on(answer);
    if (is_recorded(pivot)) records_.add(record_of(pivot, *answer));
    if (answer->format == Format::twiml) {
        pivot.deliver_processed(exchange::ShownDocument(*answer->document));
    } else {
        pivot.deliver_processed(answer->flow, answer->warnings);
    }
    return {};
}

}  // namespace pivot::engine
