// Answers that take long to read are read one at a time, in portions, with origins in turn.
#include "exchange/long_answers.hpp"

#include "engine/engine_fixture.hpp"
#include "gzip.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"
#include "reactor/wait.hpp"

#include <string>
#include <vector>

namespace pivot::test {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;

constexpr http::ResponseLimits limits;

class LongAnswersTest : public testing::Test {
protected:
    LongAnswersTest() : reactor(open_reactor(opened_)), scope(reactor), unlimited(reactor, never) {}
    ~LongAnswersTest() override { run_until_idle(reactor); }

private:
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Scope scope;
    Deadline unlimited;
    exchange::LongAnswers answers;
    std::vector<std::string> order;
};

Task<> hold(std::string origin, exchange::LongAnswers& answers, std::vector<std::string>& order,
            Deadline& deadline)
{
    const auto pass = co_await answers.enter(origin, deadline);
    if (!pass) {
        order.push_back(origin + " is out of time");
        co_return;
    }
    order.push_back(origin);
    co_await reactor::Yield(deadline);
}

TEST_F(LongAnswersTest, origins_take_turns_however_many_answers_one_of_them_has)
{
    for (int i = 0; i < 4; ++i) scope.spawn(hold("a", answers, order, unlimited));
    for (int i = 0; i < 2; ++i) scope.spawn(hold("b", answers, order, unlimited));
    scope.spawn(hold("c", answers, order, unlimited));
    run_until_idle(reactor);
    EXPECT_EQ(order, (std::vector<std::string>{"a", "a", "b", "c", "a", "b", "a"}));
}

TEST_F(LongAnswersTest, one_is_read_at_a_time)
{
    for (int i = 0; i < 3; ++i) scope.spawn(hold("a", answers, order, unlimited));
    for (std::size_t turns = 1; turns <= 3; ++turns) {
        reactor.turn(never);
        EXPECT_EQ(order.size(), turns);
    }
}

TEST_F(LongAnswersTest, a_deadline_ends_the_wait_and_nobody_else_s)
{
    Deadline call(reactor, never);
    scope.spawn(hold("a", answers, order, unlimited));
    scope.spawn(hold("b", answers, order, call));
    scope.spawn(hold("c", answers, order, unlimited));
    call.expire(Reason::timeout);
    run_until_idle(reactor);
    EXPECT_EQ(order, (std::vector<std::string>{"a", "b is out of time", "c"}));
}

struct Reading {
    http::Response response;
    std::optional<Result<exchange::LongAnswers::Pass>> pass;

    bool is_over() const { return pass.has_value(); }
};

Task<> read(Reading& reading, exchange::LongAnswers& answers, Deadline& deadline)
{
    auto pass = co_await make_readable(reading.response, "http://a:80", answers, limits, deadline);
    reading.pass.emplace(std::move(pass));
}

Reading encoded(std::string_view text)
{
    Reading reading;
    reading.response.body = gzip(text);
    reading.response.is_gzip = true;
    return reading;
}

TEST_F(LongAnswersTest, what_is_short_is_ready_at_once_and_needs_no_pass)
{
    Reading plain;
    plain.response.body = "{}";
    Reading packed = encoded("{}");
    scope.spawn(hold("b", answers, order, unlimited));
    scope.spawn(read(plain, answers, unlimited));
    scope.spawn(read(packed, answers, unlimited));
    reactor.turn(never);
    for (const Reading* reading : {&plain, &packed}) {
        ASSERT_TRUE(reading->is_over());
        ASSERT_TRUE(*reading->pass);
        EXPECT_FALSE(**reading->pass);
        EXPECT_EQ(reading->response.body, "{}");
    }
}

TEST_F(LongAnswersTest, others_deadlines_fire_between_its_portions)
{
    const std::string text(1'000'000, ' ');
    Reading reading = encoded(text);
    scope.spawn(read(reading, answers, unlimited));
    reactor.turn(never);
    const Deadline other(reactor, reactor.now());
    reactor.turn(never);
    EXPECT_TRUE(other.has_expired());
    EXPECT_FALSE(reading.is_over());

    int turns = 0;
    for (; !reading.is_over(); ++turns) reactor.turn(never);
    EXPECT_GE(turns, 14);
    ASSERT_TRUE(*reading.pass);
    EXPECT_TRUE(**reading.pass);
    EXPECT_EQ(reading.response.body, text);
    reading.pass.reset();
}

TEST_F(LongAnswersTest, nothing_is_decoded_for_a_call_that_is_over)
{
    Deadline call(reactor, never);
    Reading waiting = encoded(std::string(100'000, 'x'));
    Reading late = encoded("{}");
    scope.spawn(hold("b", answers, order, unlimited));
    scope.spawn(read(waiting, answers, call));
    reactor.turn(never);
    call.expire(Reason::timeout);
    scope.spawn(read(late, answers, call));
    run_until_idle(reactor);
    for (const Reading* reading : {&waiting, &late}) {
        ASSERT_FALSE(*reading->pass);
        EXPECT_EQ(reading->pass->error().reason, Reason::timeout);
        EXPECT_TRUE(reading->response.is_gzip) << "not decoded";
    }
}

TEST(LongAnswer, is_processed_like_a_short_one)
{
    const std::string many =
        R"({"module":"response","data":{"code":486,"x":[)" + std::string(20'000, '1') + "]}}";
    const std::string blanks = std::string(hello) + std::string(900'000, ' ');
    const std::string twiml =
        "<Response><!--" + std::string(900'000, 'x') + "--><Hangup/></Response>";
    struct Row {
        const std::string& body;
        const char* type;
    };
    for (const auto& [body, type] :
         {Row{many, "application/json"}, Row{blanks, "application/json"}, Row{twiml, "text/xml"}}) {
        for (const bool is_packed : {false, true}) {
            HttpPeer peer{answer(is_packed ? gzip(body) : body, type, 200,
                                 is_packed ? "Content-Encoding: gzip\r\n" : "")};
            Pivots pivots;
            for (int i = 0; i < 2; ++i) {
                const auto outcome = pivots.run(node(peer.url("/")));
                EXPECT_EQ(outcome.kind, OutcomeKind::processed) << body.substr(0, 30);
            }
        }
    }
}

TEST(LongAnswer, that_is_wrong_fails_like_a_short_one)
{
    const std::string blanks(900'000, ' ');
    struct Row {
        std::string body;
        const char* type;
        Reason reason;
    };
    for (const auto& [body, type, reason] :
         {Row{"{" + blanks, "application/json", Reason::invalid_json},
          Row{"{}" + blanks, "application/json", Reason::invalid_callflow},
          Row{"<Response>" + blanks, "text/xml", Reason::invalid_twiml},
          Row{"<Respond/>" + blanks, "text/xml", Reason::invalid_twiml}}) {
        HttpPeer peer{answer(gzip(body), type, 200, "Content-Encoding: gzip\r\n")};
        Pivots pivots;
        EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), reason)) << body.substr(0, 30);
    }
}

}  // namespace
}  // namespace pivot::test
