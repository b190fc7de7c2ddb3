// Whatever happens on the channel, and whenever the caller hangs up, the session ends with one
// CDR, nothing still running, and no request after the hang-up except the documented one.
#include "execute/directory.hpp"
#include "execute/run_session.hpp"
#include "execute/unruly_channel.hpp"
#include "session/session_fixture.hpp"
#include "session/watched_spool.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

// What a document can hold. Each is performed on its own, and in rows that are drawn by lot.
constexpr std::array verbs = {
    R"(<Say loop="2">Hello</Say>)",
    R"(<Play>/music.mp3</Play>)",
    R"(<Play digits="1w2"/>)",
    R"(<Pause length="30"/>)",
    R"(<Gather numDigits="2" action="/done"><Say>Choose</Say><Pause/><Play>/m.mp3</Play></Gather>)",
    R"(<Gather input="dtmf speech" action="/done" partialResultCallback="/told"><Say>Speak</Say>
       </Gather>)",
    R"(<Gather actionOnEmptyResult="true" finishOnKey="#" action="/done"/>)",
    R"(<Record action="/done" maxLength="10" recordingStatusCallback="/told" transcribe="true"
       transcribeCallback="/told"/>)",
    R"(<Record timeout="0"/>)",
    R"(<Dial action="/done" record="record-from-ringing-dual" recordingStatusCallback="/told">
       <Number url="/whisper" sendDigits="w1" statusCallback="/told"
       statusCallbackEvent="initiated ringing answered completed">+14155550100</Number>
       <Sip statusCallback="/told">sip:ann@example.com</Sip><Client>bob</Client></Dial>)",
    R"(<Dial sequential="true" answerOnBridge="true" hangupOnStar="true" timeLimit="60">
       <Number>+14155550100</Number><Number url="/hang-up">+14155550101</Number></Dial>)",
    R"(<Dial action="/done" strategy="single"><Number url="/hang-up">+14155550100</Number>
       <Number url="/whisper">+14155550101</Number><Number>+14155550102</Number></Dial>)",
    R"(<Dial action="/redirect">+14155550100</Dial>)",
    R"(<Dial action="/done" timeLimit="60" hangupOnStar="true"><Conference waitUrl="/wait"
       statusCallback="/told" statusCallbackEvent="start end join leave mute hold speaker">
       room</Conference></Dial>)",
    R"(<Dial action="/done" hangupOnStar="true"><Queue>support</Queue></Dial>)",
    R"(<Enqueue action="/done" waitUrl="/wait">support</Enqueue>)",
    R"(<Enqueue action="/done" waitUrl="/leave">support</Enqueue>)",
    R"(<Enqueue waitUrl="/broken">support</Enqueue>)",
    R"(<Enqueue waitUrl="/hang-up">support</Enqueue>)",
    R"(<Leave/>)",
    R"(<Connect action="/done"><Stream url="wss://example.com/s" statusCallback="/told"/></Connect>)",
    R"(<Start><Stream name="s" url="wss://example.com/s"/></Start><Stop><Stream name="s"/></Stop>)",
    R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer>)",
    R"(<Set><Variable key="a" value="b"/></Set>)",
    R"(<Redirect>/done</Redirect>)",
    R"(<Redirect>/redirect</Redirect>)",
    R"(<Redirect>/flow</Redirect>)",
    R"(<Redirect>/dead</Redirect>)",
    R"(<Reject reason="busy"><Say>No</Say></Reject>)",
    R"(<Hangup/>)",
    R"(<Sms action="/done">Hello</Sms>)",
};

constexpr std::array modules = {
    R"("play","data":{"id":"m","endless_playback":true})",
    R"("tts","data":{"text":"Hello"})",
    R"("collect_dtmf","data":{"max_digits":2})",
    R"("sleep","data":{"duration":5})",
    R"("device","data":{"id":"desk"})",
    R"("ring_group","data":{"endpoints":[{"endpoint_type":"device","id":"desk"},
       {"endpoint_type":"device","id":"soft","delay":3}],"timeout":30})",
    R"("offnet","data":{"to_did":"+14155550100"})",
    R"("conference","data":{"id":"weekly"})",
    R"("record_call","data":{"action":"start","url":"http://switch.example/put"})",
    R"("transfer","data":{"target":"sip:ann@example.com","Transfer-Type":"blind"})",
    R"("park","data":{"slot":"1"})",
    R"("wait_for_hangup","data":{})",
    R"("dead_air","data":{})",
    R"("response","data":{"code":486})",
    R"("hangup","data":{})",
    R"("menu","data":{"id":"main"})",
    R"("callflow","data":{"id":"reception"})",
    R"("fax_detect","data":{})",
};

constexpr std::string_view directory = R"({
    "devices": {"desk": {"dial": "user/desk"}, "soft": {"dial": "user/soft"}},
    "conferences": {"weekly": {"room": "weekly", "pins": ["12"]}},
    "menus": {"main": {"retries": 2, "timeout": 3000, "hunt": true}},
    "flows": {"reception": {"module": "play", "data": {"id": "m"}, "children": {}}},
    "numbers": {"12": "reception"}
})";

std::string document_of(std::string_view content)
{
    return fmt::format("<Response>{}</Response>", content);
}

// Leads on to itself in whatever way a flow can.
std::string flow_of(std::string_view module, const HttpPeer& peer)
{
    return fmt::format(
        R"({{"module":{},"children":{{"_":{{"module":"pivot","data":{{"voice_url":"{}",
        "req_format":"twiml"}},"children":{{"_":{{"module":"play","data":{{"id":"sorry"}}}}}}}}}}}})",
        module, peer.url("/done"));
}

// A record of an exchange that was answered, other than the final report.
bool is_answer(const std::string& record)
{
    const auto has = [&](std::string_view text) { return record.find(text) != record.npos; };
    const bool is_report = has("CallStatus=completed") || has("CallStatus=canceled");
    return has(R"("kind":"exchange")") && !has(R"("reason":)") && !is_report;
}

// Keeps what was asked, and what of it came after the end of the call.
class Records final : public session::DebugSink {
public:
    void add(session::DebugRecord record) override
    {
        if (is_over) late.push_back(record.to_json());
    }

    bool is_over = false;
    std::vector<std::string> late;
};

class SessionEndings : public testing::Test {
protected:
    SessionEndings()
    {
        auto read = Directory::from_json(directory);
        if (!read) throw std::runtime_error(read.error());
        directory_.emplace(std::move(*read));
        executor_.directory = &*directory_;
        sessions_.config.sink = &records_;
        sessions_.config.records_all = true;
    }

    static constexpr unsigned no_turn = 0;

    // Runs a call that is answered `answer` first. How often it waited.
    unsigned run(std::string answer, unsigned seed, unsigned waits_max, unsigned hang_up_turn)
    {
        SCOPED_TRACE(fmt::format("{}, seed {}, hangs up at wait {}, turn {}", answer, seed,
                                 waits_max, hang_up_turn));
        answer_ = std::move(answer);
        records_.is_over = false;
        records_.late.clear();
        reactor::Reactor& reactor = sessions_.reactor();
        WatchedSpool cdrs(reactor);
        sessions_.config.cdrs = &cdrs;
        reactor::Deadline host(reactor, reactor::never);
        reactor::Clock clock(reactor::Clock::Kind::manual);
        EventQueue events(clock, host);
        UnrulyChannel channel(events, seed, waits_max);
        channel.on_over = [&] { records_.is_over = true; };
        if (lies_) channel.lie();
        const auto session = sessions_.make(
            node(peer_.url("/first"),
                 fmt::format(R"(,"req_format":"twiml","cdr_url":"{}")", peer_.url("/cdr"))));
        {
            reactor::Scope calls(reactor);
            calls.spawn(run_session(*session, channel, events, std::string(sorry), AtEnd::hang_up,
                                    executor_, host));
            unsigned turns = 0;
            while (calls.running() > 0) {
                if (++turns == hang_up_turn) channel.hang_up_caller();
                const bool is_busy = reactor.next_turn() <= reactor.now();
                if (is_busy || sessions_.are_asking()) {
                    reactor.turn(is_busy ? 0 : reactor.now() + 10 * second_ns);
                } else if (channel.wait(clock.next())) {
                    clock.advance();
                }
            }
        }
        EXPECT_TRUE(channel.is_over());
        EXPECT_EQ(cdrs.size(), 1U);
        EXPECT_EQ(channel.ends(), 1);
        // Between two turns an answer may be there already which the call has not seen.
        const std::ptrdiff_t answers_max = hang_up_turn == no_turn ? 0 : 1;
        EXPECT_LE(std::ranges::count_if(records_.late, is_answer), answers_max)
            << records_.late.back();
        has_waited_for_ever = channel.was_stuck();
        return channel.waits();
    }

    // Hangs up at each moment, the first to the last.
    void hang_up_everywhere(const std::string& answer)
    {
        constexpr unsigned waits_most = 40;
        for (unsigned moment = 1; moment <= waits_most; ++moment) {
            const bool was_over_before = run(answer, moment % 5, moment, no_turn) < moment;
            if (was_over_before || HasFailure()) break;
        }
        for (unsigned turn = 1; turn <= 12 && !HasFailure(); ++turn) run(answer, turn, 60, turn);
    }

    const HttpPeer& peer() const { return peer_; }

    // The channels to come break their contract.
    void lie() { lies_ = true; }

    bool has_waited_for_ever = false;  // the last call, for what must end by itself

private:
    void reply(HttpPeer::Exchange& exchange)
    {
        const std::string_view target = exchange.request.target;
        const auto path = target.substr(0, target.find('?'));
        if (path != "/cdr")
            expect_keys_of(path == "/accepted" ? callees_keys : callers_keys, exchange);
        const auto xml = [&](std::string_view content) {
            exchange.reply(200, "text/xml", document_of(content));
        };
        if (path == "/first") {
            exchange.reply(200, answer_.front() == '{' ? "application/json" : "text/xml", answer_);
        } else if (path == "/redirect") {
            xml("<Redirect>/done</Redirect>");
        } else if (path == "/wait") {
            xml("<Say>Wait</Say><Pause/><Gather/>");
        } else if (path == "/leave") {
            xml("<Say>Wait</Say><Leave/>");
        } else if (path == "/whisper") {
            xml("<Gather numDigits=\"1\" action=\"/accepted\"><Say>Press "
                "one</Say></Gather><Hangup/>");
        } else if (path == "/hang-up") {
            xml("<Hangup/>");
        } else if (path == "/flow") {
            exchange.reply(200, "application/json", hello);
        } else if (path == "/broken") {
            exchange.reply(500, "text/plain", "no");
        } else if (path == "/dead") {
            exchange.close();
        } else if (path == "/told") {
            exchange.reply(204, "", "");
        } else {
            xml("<Say>Done</Say>");
        }
    }

    // No key of one leg is ever read by a verb for another.
    static void expect_keys_of(std::string_view keys, const HttpPeer::Exchange& exchange)
    {
        const std::string digits = Told(exchange.request)["Digits"];
        const bool is_none = digits == "-" || digits == "hangup";
        if (is_none) return;
        EXPECT_EQ(digits.find_first_not_of(keys), digits.npos)
            << digits << " at " << exchange.request.target;
    }

    bool lies_ = false;
    std::string answer_;
    HttpPeer peer_{[this](HttpPeer::Exchange& exchange) { reply(exchange); }};
    Records records_;
    std::optional<Directory> directory_;
    ExecutorConfig executor_;
    Sessions sessions_;
};

TEST_F(SessionEndings, a_caller_may_hang_up_at_any_moment_of_any_verb)
{
    for (const std::string_view verb : verbs) hang_up_everywhere(document_of(verb));
}

TEST_F(SessionEndings, a_caller_may_hang_up_at_any_moment_of_any_module)
{
    for (const std::string_view module : modules) hang_up_everywhere(flow_of(module, peer()));
}

TEST_F(SessionEndings, whatever_happens_in_a_row_of_verbs_the_session_ends)
{
    constexpr unsigned calls = 400;
    std::minstd_rand lots(7);
    for (unsigned call = 0; call < calls && !HasFailure(); ++call) {
        std::string content;
        for (auto count = 1 + lots() % 4; count > 0; --count) {
            content += verbs[lots() % verbs.size()];
        }
        run(document_of(content), call, 5 + lots() % 200, no_turn);
    }
}

// A channel that drops the ends of jobs, tells them twice, late or as another kind's.
TEST_F(SessionEndings, a_channel_that_lies_keeps_nobody_waiting)
{
    constexpr unsigned waits_max = 1'000;
    lie();
    for (const std::string_view verb : verbs) {
        for (unsigned seed = 0; seed < 12 && !HasFailure(); ++seed) {
            run(document_of(verb), seed, waits_max + seed, no_turn);
            EXPECT_FALSE(has_waited_for_ever) << verb << ", seed " << seed;
        }
    }
    for (const std::string_view module : modules) {
        const bool waits_for_caller =
            module.starts_with("\"wait_for_hangup") || module.starts_with("\"dead_air");
        for (unsigned seed = 0; seed < 12 && !HasFailure(); ++seed) {
            run(flow_of(module, peer()), seed, waits_max + seed, no_turn);
            EXPECT_FALSE(has_waited_for_ever && !waits_for_caller) << module << ", seed " << seed;
        }
    }
}

}  // namespace
}  // namespace pivot::test
