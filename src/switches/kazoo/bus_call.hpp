// One call about which KAZOO asks, as a channel of the engine.
//
// A callflow is handed over, and KAZOO performs it. The commands of a document are performed here.
// They come on the engine's threads, and are executed on the bus's.
#pragma once

#include "reactor/reactor.hpp"

#include <pivot/channel.hpp>
#include <pivot/session.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

class BusAttendant;
class PerformedCall;

// On the bus's thread.
class BusCallListener {
public:
    // KAZOO shall perform this flow. `Moved` or `JobEnded` follows.
    virtual void flow_came(JobId job, std::string flow) = 0;

    // A command of a document, in order. At the first one, the request has its answer, and a
    // performed call has to be created. The command is executed at most once, and never after
    // ended().
    virtual void commanded(std::function<void(PerformedCall& call)> command) = 0;

    // Returns null if nothing has been commanded, or the call is over.
    virtual PerformedCall* performed() = 0;

    // The answer is a document, which may not command anything for a while.
    virtual void document_came(bool has_unknown_verbs) = 0;

    // The engine has finished with the call, which still waits for its HungUp.
    virtual void given_back(const SessionEnd& end) = 0;

    // The last call. It may destroy the object.
    virtual void ended(const SessionEnd& end) = 0;

protected:
    ~BusCallListener() = default;
};

class BusCall final : public Channel {
public:
    BusCall(reactor::Reactor& reactor, BusAttendant& attendant, const std::string& call_id,
            BusCallListener& listener)
        : reactor_(reactor), attendant_(attendant), call_id_(call_id), listener_(listener)
    {
    }

    Abilities abilities() const override;
    void answer() override;
    void reject(int sip_code, const ReasonPhrase& phrase) override;
    void hang_up(LegId leg, const CauseName& cause) override;
    void stop(JobId job) override;
    bool play(JobId job, LegId leg, const Media& media) override;
    bool say(JobId job, LegId leg, const Speech& speech) override;
    bool send_keys(JobId job, LegId leg, const KeySequence& keys,
                   std::chrono::milliseconds key_length) override;
    bool record(JobId job, LegId leg, const Recording& recording) override;
    bool dial(JobId job, const Dial& dial) override;
    bool bridge(JobId job, LegId leg) override;
    bool join(JobId job, const Conference& conference) override;
    bool run_flow(JobId job, std::string_view flow) override;
    void document_began(bool has_unknown_verbs) override;
    void warned(std::string_view where, std::string_view what) override;
    void given_back(const SessionEnd& end) override;
    void ended(const SessionEnd& end) override;

private:
    void command(std::function<void(PerformedCall& call)> command);

    // Calls `work(listener)` on the bus's thread.
    template <typename Work>
    void post(Work work);

    reactor::Reactor& reactor_;
    BusAttendant& attendant_;
    const std::string& call_id_;
    BusCallListener& listener_;
};

}  // namespace pivot::switches::kazoo
