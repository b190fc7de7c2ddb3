// Whether calls of a real Asterisk keep the contract: asterisk_contract_test.py starts it, and says
// by PIVOT_ARI where its ARI is.
//
// A call comes by a Local channel. One end of it is the caller, in an application of the test; the
// other end enters the dialplan, which hands it over.
#include "reactor/run_until.hpp"
#include "switches/asterisk/ari.hpp"
#include "switches/asterisk/ari_application.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/conformance.hpp"

#include <pivot/session.hpp>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace switches::asterisk;

// Those who call do nothing by themselves.
class Callers final : public AriListener {
public:
    void connected() override { is_connected = true; }
    void heard(std::string_view) override {}
    void lost(std::string_view) override {}

    bool is_connected = false;
};

class RealAsterisk final : public conformance::SwitchUnderTest, private Attendant {
public:
    explicit RealAsterisk(const std::string& url)
        : reactor_(open_reactor(opened_)),
          scope_(reactor_),
          ari_(connection(url, "pivot")),
          callers_ari_(connection(url, "callers")),
          application_(std::in_place, reactor_, scope_, *ari_, attendant(), mixes_, names_,
                       settings_)
    {
        ari_->start(*application_);
        callers_ari_->start(callers_);
        run_until(reactor_, [this] { return ari_->is_connected() && callers_.is_connected; });
    }

    ~RealAsterisk() override
    {
        leave();
        run_until(reactor_, [this] { return application_->calls() == 0; });
        ari_->stop();
        callers_ari_->stop();
        run_until(reactor_, [this] { return scope_.running() == 0 && reactor_.is_idle(); });
        application_.reset();
    }

    Channel& begin_call() override
    {
        leave();
        caller_ = fmt::format("caller-{}", ++calls_);
        switches::Body body;
        body.add("endpoint", "Local/call@contract/n").add("app", "callers");
        body.add("channelId", caller_).add("otherChannelId", caller_ + "-far");
        ask("POST", "channels", body.take());
        run_until(reactor_, [this] { return channel_ != nullptr; });
        gives_up_at_ = monotonic_now() + 60 * second_ns;
        return *channel_;
    }

    // What is under way goes on for a moment, which decides nothing but how often one looks.
    std::vector<Event> settle() override
    {
        const Nanoseconds until = monotonic_now() + 200 * millisecond_ns;
        while (monotonic_now() < until) reactor_.turn(until);
        return std::exchange(told_, {});
    }
    std::vector<Event> look() override { return settle(); }
    bool may_still_tell() override { return monotonic_now() < gives_up_at_; }

    void press(char key) override
    {
        ask("POST", target_of("channels", caller_, "/dtmf"),
            fmt::format(R"({{"dtmf":"{}"}})", key));
    }
    void hang_up_caller() override { ask("DELETE", target_of("channels", caller_)); }
    std::optional<Address> somebody() override { return Address(PhoneNumber::of("+14155550100")); }
    std::optional<Address> nobody() override { return Address(PhoneNumber::of("+14155550199")); }
    std::optional<Address> elsewhere() override { return somebody(); }
    std::optional<Address> nowhere() override { return nobody(); }

private:
    static SwitchSettings settings()
    {
        SwitchSettings settings;
        settings.transfer_context = "elsewhere";
        return settings;
    }
    Attendant& attendant() { return *this; }

    std::unique_ptr<Ari> connection(const std::string& url, std::string application)
    {
        AriConfig config;
        config.url = url;
        config.user = "pivot";
        config.password = "secret";
        config.application = std::move(application);
        auto opened = Ari::open(reactor_, std::move(config));
        if (!opened) throw std::runtime_error(opened.error());
        return std::move(*opened);
    }

    // The call before is over: its session ends, and its caller hangs up.
    void leave()
    {
        if (channel_ == nullptr) return;
        std::exchange(channel_, nullptr)->ended(SessionEnd());
        ask("DELETE", target_of("channels", caller_));
        run_until(reactor_, [this] { return application_->calls() == 0; });
        told_.clear();
    }

    void ask(std::string_view method, std::string target, std::string body = {})
    {
        bool is_answered = false;
        scope_.spawn(ask_one({method, std::move(target), std::move(body)}, is_answered, reactor_));
        run_until(reactor_, [&is_answered] { return is_answered; });
    }
    reactor::Task<> ask_one(AriRequest request, bool& is_answered, reactor::Reactor& reactor)
    {
        reactor::Deadline deadline(reactor, reactor.now() + 20 * second_ns);
        co_await callers_ari_->ask(request, deadline);
        is_answered = true;
    }

    std::optional<Refusal> begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket) override
    {
        EXPECT_FALSE(arrival.is_answered);
        ticket.serial = ++serial_;
        channel_ = &channel;
        return {};
    }
    void tell(Engine::Ticket ticket, Event event) override
    {
        if (ticket.serial == serial_) told_.push_back(std::move(event));
    }
    void note(std::string_view, std::string_view) override {}
    void warn(std::string_view, std::string_view) override {}
    std::string own_id(std::string call_id) override { return call_id; }
    std::string own_account(std::string id) override { return id; }
    void not_answered(std::string_view, const Cause&, std::string_view) override {}
    void ended(std::string_view, const SessionEnd&) override {}
    void met_orphan(const Orphan&, std::string_view) override {}
    void kept_recording(std::string_view, std::string_view) override {}
    void timed(Nanoseconds) override {}

    std::unique_ptr<reactor::Reactor> opened_;
    reactor::Reactor& reactor_;
    reactor::Scope scope_;
    const SwitchSettings settings_ = settings();
    Mixes mixes_;
    Names names_;
    Callers callers_;
    std::unique_ptr<Ari> ari_;
    std::unique_ptr<Ari> callers_ari_;
    std::optional<AriApplication> application_;
    Channel* channel_ = nullptr;  // of the call that came last, until it has ended
    std::string caller_;
    int calls_ = 0;
    std::uint64_t serial_ = 0;
    std::vector<Event> told_;
    Nanoseconds gives_up_at_ = 0;
};

TEST(AsteriskContract, holds_on_a_real_asterisk)
{
    const char* const url = std::getenv("PIVOT_ARI");
    ASSERT_NE(url, nullptr) << "started by asterisk_contract_test.py";
    RealAsterisk asterisk(url);
    EXPECT_THAT(conformance::breaches_of(asterisk), testing::IsEmpty());
}

}  // namespace
}  // namespace pivot::test
