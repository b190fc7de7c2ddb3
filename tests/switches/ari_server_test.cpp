#include "switches/asterisk/ari_server.hpp"

#include "http/server.hpp"
#include "net/listener.hpp"
#include "peers/plain_client.hpp"
#include "reactor/run_until.hpp"
#include "switches/outbound_asterisk.hpp"

#include <pivot/session.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using reactor::Reactor;
using test::OutboundAsterisk;
using test::run_until_seen;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// Takes all calls, and remembers them.
class Memory final : public Attendant {
public:
    std::optional<Refusal> begin(Arrival arrival, Channel& channel, Engine::Ticket&) override
    {
        arrivals.push_back(std::move(arrival));
        channels.push_back(&channel);
        return {};
    }
    void tell(Engine::Ticket, Event event) override { told.push_back(std::move(event)); }
    void note(std::string_view, std::string_view) override {}
    void warn(std::string_view, std::string_view text) override { warnings.emplace_back(text); }
    std::string own_id(std::string call_id) override { return call_id; }
    std::string own_account(std::string id) override { return id; }
    void not_answered(std::string_view, const Cause&, std::string_view) override {}
    void ended(std::string_view, const SessionEnd&) override {}
    void met_orphan(const Orphan& orphan, std::string_view) override
    {
        orphans.push_back(orphan.channel_id);
    }
    void kept_recording(std::string_view, std::string_view) override {}
    void timed(Nanoseconds) override {}

    // The first event of this kind; null if there is none yet.
    template <typename Kind>
    const Kind* first() const
    {
        for (const Event& event : told) {
            if (const auto* found = std::get_if<Kind>(&event)) return found;
        }
        return nullptr;
    }

    std::vector<Arrival> arrivals;
    std::vector<Channel*> channels;
    std::vector<Event> told;
    std::vector<std::string> warnings;
    std::vector<std::string> orphans;
};

class AriServerTest : public testing::Test {
protected:
    explicit AriServerTest(AriCommands* http = nullptr)
        : reactor(test::open_reactor(opened_)),
          listener_(open_listener()),
          server(reactor, attendant, {}, {"pivot", "door"}, names_, http),
          http_(reactor, server, {}),
          serving_(reactor)
    {
        serving_.spawn(http_.serve(*listener_));
    }

    ~AriServerTest() override
    {
        for (Channel* const channel : attendant.channels) channel->ended({});
        for (const auto& each : asterisks_) each->close();
        http_.close();
        server.lose_all();
        run_until([this] {
            server.lose_all();
            return server.is_idle() && serving_.running() == 0;
        });
        test::run_until_idle(reactor);
    }

    OutboundAsterisk& add_asterisk()
    {
        asterisks_.push_back(std::make_unique<OutboundAsterisk>(reactor));
        return *asterisks_.back();
    }

    std::uint16_t port() const { return listener_->address().ip()->port(); }

    // Asterisks tell their events meanwhile.
    template <typename Condition>
    void run_until(Condition condition)
    {
        run_until_seen(reactor, [&] {
            for (const auto& each : asterisks_) each->asterisk.tell_events();
            server.sweep();
            return condition();
        });
    }

    void wait_for_request(OutboundAsterisk& from, std::string_view begin)
    {
        run_until([&] { return from.asterisk.has_asked(begin); });
    }

    // A call that has been taken.
    OutboundAsterisk& begin_call(std::string_view application = "pivot:PJSIP/alice-1")
    {
        OutboundAsterisk& asterisk = add_asterisk();
        const std::size_t before = attendant.channels.size();
        asterisk.connect_for(port(), application);
        run_until([&] { return asterisk.is_connected(); });
        asterisk.asterisk.enter("c1");
        run_until([&] { return attendant.channels.size() > before; });
        return asterisk;
    }

    // What the server answers to these bytes.
    std::string answer_to(const std::string& request)
    {
        auto answer = std::async(std::launch::async, [this, &request] {
            test::PlainClient client(port());
            client.send(request);
            return client.receive_answer();
        });
        run_until(
            [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
        return answer.get();
    }

private:
    std::unique_ptr<Reactor> opened_;

    static std::unique_ptr<net::Listener> open_listener()
    {
        auto opened = net::Listener::open(*net::ListenAddress::parse("127.0.0.1:0"), {});
        if (!opened) throw std::runtime_error(opened.error());
        return std::move(*opened);
    }

protected:
    Reactor& reactor;
    Memory attendant;

    // What calls are asked lives until it is done.
    const Media sound{LocalPath::of_operator("/a.wav")};
    const MixName room = MixName::of("room");
    Dial dial;

private:
    std::unique_ptr<net::Listener> listener_;
    std::vector<std::unique_ptr<OutboundAsterisk>> asterisks_;

    Names names_;

protected:
    AriServer server;

private:
    http::Server http_;
    reactor::Scope serving_;
};

constexpr const char* upgrade =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr const char* authorized = "Authorization: Basic cGl2b3Q6ZG9vcg==\r\n";  // pivot:door

// ---- the handshake ------------------------------------------------------------------------------

TEST_F(AriServerTest, an_asterisk_with_the_right_password_may_connect)
{
    const std::string answer =
        answer_to(fmt::format("{}{}Sec-WebSocket-Protocol: ari\r\n\r\n", upgrade, authorized));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 "));
    EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Protocol: ari\r\n"));
    EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

TEST_F(AriServerTest, one_without_the_password_may_not)
{
    const std::string answer =
        answer_to(fmt::format("{}Sec-WebSocket-Protocol: ari\r\n\r\n", upgrade));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(answer, HasSubstr("WWW-Authenticate: Basic"));
    OutboundAsterisk& asterisk = add_asterisk();
    asterisk.connect(port(), "", "guess");
    run_until([&] { return asterisk.is_over(); });
    EXPECT_THAT(asterisk.refusal, HasSubstr("401"));
    EXPECT_THAT(attendant.warnings,
                ElementsAre(AllOf(HasSubstr("127.0.0.1 may not connect as an Asterisk"),
                                  HasSubstr("asterisk.listen_password"), Not(HasSubstr("guess")))));
}

TEST_F(AriServerTest, a_page_in_a_browser_may_not_pose_as_an_asterisk)
{
    EXPECT_THAT(answer_to(fmt::format(
                    "{}{}Sec-WebSocket-Protocol: ari\r\nOrigin: https://evil.example\r\n\r\n",
                    upgrade, authorized)),
                StartsWith("HTTP/1.1 403 "));
}

TEST_F(AriServerTest, the_subprotocol_of_ari_is_needed)
{
    const std::string answer = answer_to(fmt::format("{}{}\r\n", upgrade, authorized));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer, HasSubstr("protocols = ari"));
}

TEST_F(AriServerTest, a_plain_request_is_told_what_is_served)
{
    const std::string answer =
        answer_to(fmt::format("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n", authorized));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
    EXPECT_THAT(answer, HasSubstr("Upgrade: websocket\r\n"));
}

TEST_F(AriServerTest, whoever_registers_no_application_is_sent_away)
{
    const std::string endless(81, 'x');
    for (const std::string& first :
         {std::string("{}"), std::string("not json"),
          std::string(R"({"type":"ApplicationRegistered"})"),
          std::string(R"({"type":"StasisStart","application":"pivot"})"),
          fmt::format(R"({{"type":"ApplicationRegistered","application":"{}"}})", endless)}) {
        OutboundAsterisk& asterisk = add_asterisk();
        asterisk.connect(port(), first);
        run_until([&] { return asterisk.is_connected(); });
        run_until([&] { return asterisk.is_over(); });
        EXPECT_THAT(attendant.warnings.back(), HasSubstr("registered no application")) << first;
    }
    EXPECT_EQ(attendant.warnings.size(), 5U);
}

TEST_F(AriServerTest, asterisk_keeps_noise_to_itself_where_calls_share_a_web_socket)
{
    OutboundAsterisk& shared = add_asterisk();
    shared.connect_for(port(), "pivot");
    wait_for_request(shared, "PUT applications/pivot/eventFilter");
    OutboundAsterisk& single = begin_call();
    EXPECT_FALSE(single.asterisk.has_asked("PUT"));
}

TEST_F(AriServerTest, a_user_who_may_only_read_is_named)
{
    OutboundAsterisk& asterisk = add_asterisk();
    asterisk.asterisk.status = 403;
    asterisk.connect_for(port(), "pivot");
    run_until([&] { return !attendant.warnings.empty(); });
    EXPECT_THAT(attendant.warnings.front(), HasSubstr("application pivot can be performed: the "
                                                      "user may only read"));
}

// ---- calls --------------------------------------------------------------------------------------

TEST_F(AriServerTest, a_call_is_performed_over_its_web_socket)
{
    OutboundAsterisk& asterisk = begin_call();
    EXPECT_EQ(attendant.arrivals.front().channel_id, "c1");
    attendant.channels.front()->answer();
    wait_for_request(asterisk, "POST channels/c1/answer");
    asterisk.asterisk.press("c1", '5');
    run_until([&] { return attendant.first<KeyPressed>() != nullptr; });
    EXPECT_EQ(attendant.first<KeyPressed>()->key, '5');
    asterisk.asterisk.hang_up("c1");
    run_until([&] { return attendant.first<HungUp>() != nullptr; });
}

TEST_F(AriServerTest, a_leg_belongs_to_the_application_that_was_registered)
{
    OutboundAsterisk& asterisk = begin_call("pivot:PJSIP/alice-1");
    dial.targets.emplace_back().address = Address(PhoneNumber::of("+14155550100"));
    EXPECT_TRUE(attendant.channels.front()->dial(2, dial));
    wait_for_request(asterisk, "POST channels/create");
    EXPECT_THAT(asterisk.asterisk.asked.back(), HasSubstr(R"("app":"pivot:PJSIP/alice-1")"));
}

TEST_F(AriServerTest, calls_with_web_sockets_of_their_own_meet_in_a_mix)
{
    OutboundAsterisk& first = begin_call("pivot:PJSIP/alice-1");
    OutboundAsterisk& second = begin_call("pivot:PJSIP/bob-2");
    for (Channel* const channel : attendant.channels) EXPECT_TRUE(channel->mix(2, room, 0));
    wait_for_request(first, "POST bridges/");
    wait_for_request(second, "POST bridges/");
    const auto bridge_of = [](const OutboundAsterisk& asterisk) {
        std::string bridge;
        for (const std::string& line : asterisk.asterisk.asked) {
            if (bridge.empty() && line.starts_with("POST bridges/")) bridge = line;
        }
        return bridge;
    };
    EXPECT_EQ(bridge_of(first), bridge_of(second));
}

TEST_F(AriServerTest, a_call_goes_on_when_asterisk_has_connected_again)
{
    begin_call().drop();
    run_until([&] { return !attendant.warnings.empty(); });
    EXPECT_THAT(attendant.warnings.front(), HasSubstr("waiting for another"));
    OutboundAsterisk& again = add_asterisk();
    again.asterisk.enter("c1");
    again.asterisk.drop_events();
    again.connect_for(port(), "pivot:PJSIP/alice-1");
    run_until([&] { return again.is_connected(); });
    attendant.channels.front()->answer();
    wait_for_request(again, "POST channels/c1/answer");
    EXPECT_FALSE(again.asterisk.has_asked("POST channels/c1/continue"));
    EXPECT_EQ(attendant.arrivals.size(), 1U);
    run_until([&] { return attendant.warnings.size() == 2; });
    EXPECT_THAT(attendant.warnings.back(), HasSubstr("keys that were pressed in between"));
}

TEST_F(AriServerTest, a_call_that_was_given_back_is_over_when_asterisk_closes_its_web_socket)
{
    OutboundAsterisk& asterisk = begin_call();
    attendant.channels.front()->given_back({});
    wait_for_request(asterisk, "POST channels/c1/continue");
    EXPECT_EQ(attendant.first<HungUp>(), nullptr);
    asterisk.drop();
    run_until([&] { return attendant.first<HungUp>() != nullptr; });
    EXPECT_THAT(attendant.warnings, IsEmpty());
}

TEST_F(AriServerTest, what_waits_for_the_end_of_a_tone_does_not_hold_up_what_ends_it)
{
    OutboundAsterisk& asterisk = begin_call();
    Channel& channel = *attendant.channels.front();
    EXPECT_TRUE(channel.play(2, caller, sound));
    wait_for_request(asterisk, "POST channels/c1/play");
    channel.answer();
    channel.stop(2);
    wait_for_request(asterisk, "POST channels/c1/answer");
    EXPECT_THAT(asterisk.asterisk.asked.back(), StartsWith("POST channels/c1/answer"));
    EXPECT_TRUE(asterisk.asterisk.has_asked("DELETE playbacks/pivot-"));
}

TEST_F(AriServerTest, a_playback_that_asterisk_refuses_holds_up_nothing)
{
    OutboundAsterisk& asterisk = begin_call();
    asterisk.asterisk.status = 500;
    EXPECT_TRUE(attendant.channels.front()->play(2, caller, sound));
    run_until([&] { return attendant.first<JobEnded>() != nullptr; });
    asterisk.asterisk.status = 0;
    attendant.channels.front()->answer();
    wait_for_request(asterisk, "POST channels/c1/answer");
    EXPECT_EQ(attendant.first<JobEnded>()->end, JobEnd::failed);
}

TEST_F(AriServerTest, what_is_under_way_fails_with_its_web_socket)
{
    OutboundAsterisk& asterisk = begin_call();
    asterisk.asterisk.held = "POST channels/c1/play";
    EXPECT_TRUE(attendant.channels.front()->play(2, caller, sound));
    wait_for_request(asterisk, "POST channels/c1/play");
    asterisk.drop();
    run_until([&] { return attendant.first<JobEnded>() != nullptr; });
    EXPECT_THAT(attendant.first<JobEnded>()->why, HasSubstr("the WebSocket was lost"));
}

TEST_F(AriServerTest, a_call_of_a_process_before_goes_back_to_the_dialplan)
{
    OutboundAsterisk& asterisk = add_asterisk();
    asterisk.asterisk.enter("c1");
    asterisk.asterisk.drop_events();
    asterisk.connect_for(port(), "pivot:PJSIP/alice-1");
    wait_for_request(asterisk, "POST channels/c1/continue");
    EXPECT_TRUE(asterisk.asterisk.has_asked(
        R"(POST channels/c1/variable {"variable":"PIVOTSTATUS","value":"lost"})"));
    EXPECT_THAT(attendant.orphans, ElementsAre("c1"));
    EXPECT_THAT(attendant.arrivals, IsEmpty());
}

TEST_F(AriServerTest, an_application_is_forgotten_when_its_call_is_over)
{
    OutboundAsterisk& asterisk = begin_call();
    asterisk.asterisk.hang_up("c1");
    run_until([&] { return attendant.first<HungUp>() != nullptr; });
    attendant.channels.front()->ended({});
    attendant.channels.clear();
    asterisk.drop();
    run_until([&] { return server.is_idle(); });
    EXPECT_THAT(attendant.warnings, IsEmpty());
}

TEST_F(AriServerTest, calls_are_refused_where_none_are_taken)
{
    server.take_calls(false);
    OutboundAsterisk& asterisk = add_asterisk();
    asterisk.connect_for(port(), "pivot");
    run_until([&] { return asterisk.is_connected(); });
    asterisk.asterisk.enter("c1");
    wait_for_request(asterisk, "POST channels/c1/continue");
    EXPECT_THAT(attendant.arrivals, IsEmpty());
}

// ---- what is asked over HTTP --------------------------------------------------------------------

// Has a way besides the WebSockets.
class AriServerWithHttp : public AriServerTest {
protected:
    AriServerWithHttp() : AriServerTest(&http) {}

    test::FakeAsterisk http;
};

TEST_F(AriServerWithHttp, calls_are_controlled_over_http)
{
    for (const char* const application : {"pivot", "pivot:PJSIP/alice-1"}) {
        OutboundAsterisk& asterisk = begin_call(application);
        http.asked.clear();
        attendant.channels.back()->answer();
        run_until([&] { return http.has_asked("POST channels/c1/answer"); });
        EXPECT_THAT(asterisk.asterisk.asked, IsEmpty());
    }
}

}  // namespace
}  // namespace pivot::switches::asterisk
