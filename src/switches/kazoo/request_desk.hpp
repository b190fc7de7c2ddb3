// Answers KAZOO's requests: each gets `processing` or `failed` at most once, in time, and its
// callflow follows `processing`.
//
//   * A reply and the acknowledgement of its request go out together: the broker takes both, or it
//     has neither and delivers the request again.
//   * What was sent and is unconfirmed when the connection is lost is not repeated, because a
//     second reply would be taken for that of the call's next pivot. One that the broker says it
//     could not take is repeated.
//   * A callflow is sent once `processing` is confirmed. If its fate is unknown, the callflow
//     follows as well, because the caller must not wait for ever, unless another pivot was given
//     the request and goes on with it (claim.hpp).
//   * A request that cannot be read is acknowledged and never put back.
//
// What the answer is a document for is performed here, once `processing` is confirmed: then the
// caller is ours until they hang up, somebody else takes the call, or a callflow goes on with it.
//
//   * Its end hangs the caller up. If a later request fails, the callflow goes on with the `_` of
//     the pivot, or the caller hears a sentence and the callflow ends: never silence.
//   * A session that ends with the caller still there, such as at the end of a drain, likewise.
#pragma once

#include "base/json.hpp"
#include "reactor/reactor.hpp"
#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/bus_attendant.hpp"
#include "switches/kazoo/bus_desk.hpp"
#include "switches/kazoo/bus_lines.hpp"
#include "switches/kazoo/bus_numbers.hpp"
#include "switches/kazoo/pivot_request.hpp"
#include "switches/kazoo/replies.hpp"
#include "switches/kazoo/requested_call.hpp"
#include "switches/kazoo/settled_requests.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pivot::switches::kazoo {

struct RequestSettings {
    std::string node;  // our name on the bus
    std::chrono::milliseconds timeout_max{5'000};
    std::string apology;                        // before a call ends badly; if empty, a prompt
    std::function<std::int64_t()> unix_now_us;  // if empty, the system's clock
};

class RequestDesk final : public BusDesk {
public:
    RequestDesk(reactor::Reactor& reactor, BusAttendant& attendant, RequestSettings settings,
                BusNumbers& numbers);
    RequestDesk(const RequestDesk&) = delete;
    RequestDesk& operator=(const RequestDesk&) = delete;
    ~RequestDesk() override;  // no session is left

    void opened(Bus& bus, bool is_queue_new) override;
    void delivered(Delivery&& delivery) override;
    void heard(Heard heard) override;
    void returned(std::string_view body) override;
    void confirmed(std::uint64_t number, bool is_taken) override;
    void blocked(bool is_blocked) override;
    void lost() override;

    // Hangs up the caller of a document, by the id in the log. KAZOO's other callers are left
    // alone.
    void hang_up_caller(std::string_view own_id);

    bool is_idle() const override { return calls_.empty(); }
    void close() override;
    bool is_closed() const override { return true; }

    reactor::Reactor& reactor() const { return reactor_; }
    BusAttendant& attendant() const { return attendant_; }

private:
    friend class RequestedCall;
    using Call = RequestedCall;
    using State = Call::State;

    // When a delivery came.
    struct Arrived {
        Nanoseconds at = 0;
        Nanoseconds age_ns = 0;  // since it was published, at that time
    };
    struct Waiting {
        Delivery delivery;
        Arrived arrived;
    };
    struct Unconfirmed {
        std::uint64_t number;
        Call* call;
    };

    // Events of one call, from its engine and its line.
    void is_due(Call& call);
    void take_flow(Call& call, std::string flow);
    void take_document(Call& call, bool has_unknown_verbs);
    void take_command(Call& call, std::function<void(PerformedCall& call)> command);
    void take_back(Call& call, const SessionEnd& end);
    void end_session(Call& call, const SessionEnd& end);
    void find_there(Call& call);
    void find_gone(Call& call);
    void tell(Call& call, Event event, const std::string& cdr);
    void rename(Call& call, const std::string& id);

    // For requests that another pivot may have.
    void doubt(Call& call);
    Nanoseconds claim(const Call& call);
    void resolve(Call& call, bool is_ours_alone);
    void hear_claim(Heard heard);
    void stand_back(Call& call);

    void take(Delivery& delivery, const Arrived& arrived);
    void meet_again(Call& call, std::uint64_t tag);
    void supersede(const std::string& call_id);
    std::string key_of(std::string_view message_id, std::string_view call_id);
    void begin(Call& call, PivotRequest::Question question, Nanoseconds left_ns);
    void fail(Call& call, std::string why);
    void hang_up(Call& call);
    void reply(Call& call);

    void open(Call& call);
    void perform(Call& call);
    void finish(Call& call);
    void apologize(Call& call);
    void abandon(Call& call, const SessionEnd& end);
    void leave(Call& call);
    void count_performed(Call& call, bool is_performed);

    void resume(bool is_queue_new);
    void lead_on(Call& call);
    void go_on(Call& call, std::string flow);
    void send_flow(Call& call);
    void move(Call& call);
    void publish(Call& call, const Publication& publication);
    void drop(Call& call, Counter& reason);
    void settle(Call& call);
    void enter(Call& call);
    bool can_publish() const { return bus_ != nullptr && !is_blocked_; }
    Nanoseconds age_of(const Delivery& delivery) const;
    std::vector<Call*> all_calls() const;

    reactor::Reactor& reactor_;
    BusAttendant& attendant_;
    const RequestSettings settings_;
    Replies replies_;
    BusNumbers& numbers_;
    BusLines lines_;
    json::Document document_;  // the request that is read
    Bus* bus_ = nullptr;
    bool is_blocked_ = false;
    bool has_company_ = false;  // others have consumed the queue since it was opened
    bool has_warned_of_headers_ = false;
    std::uint64_t nameless_ = 0;    // requests without a Msg-ID
    std::vector<Waiting> waiting_;  // while the bus is blocked

    // The names in both tables are those of their calls.
    std::unordered_map<std::string_view, std::unique_ptr<Call>> calls_;  // by their keys
    std::unordered_map<std::string_view, Call*> by_call_id_;  // the latest of each id on the bus
    std::deque<Unconfirmed> unconfirmed_;                     // in the order of publication
    SettledRequests settled_;
};

}  // namespace pivot::switches::kazoo
