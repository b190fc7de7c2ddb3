// Callbacks are sent in their order, in the background.

#include "session_fixture.hpp"

#include <atomic>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::test {
namespace {

constexpr session::CallbackLimits quick = {.pause_ns = 1'000'000};

void tell(session::Session& session, std::string url, int number)
{
    session.notify(std::move(url), Method::post, {{"SequenceNumber", std::to_string(number)}},
                   false);
}

TEST(Callbacks, of_a_call_come_in_their_order)
{
    HttpPeer peer{answer("", "text/plain", 204)};
    Sessions sessions;
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 20; ++i) tell(*session, peer.url("/told"), i);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 20u);
    for (int i = 0; i < 20; ++i) {
        const auto index = static_cast<std::size_t>(i);
        EXPECT_EQ(Told(requests[index])["SequenceNumber"], std::to_string(i));
        EXPECT_EQ(Told(requests[index])["CallSid"], "-");
    }
}

TEST(Callbacks, say_what_was_true_then_and_their_own_first)
{
    HttpPeer peer{answer("", "text/plain", 204)};
    Sessions sessions;
    const auto session = sessions.make(node("http://h.example/d/", twiml));
    session->set_call_status("in-progress");
    session->notify(peer.url("/a"), Method::get, {}, true);
    session->notify(peer.url("/b"), Method::post, {{"CallSid", "leg"}, {"CallStatus", "busy"}},
                    true);
    session->set_call_status("completed");
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 2u);
    if (requests[0].method != "GET") std::swap(requests[0], requests[1]);
    EXPECT_EQ(Told(requests[0])["CallStatus"], "in-progress");
    EXPECT_EQ(Told(requests[0])["CallSid"], "c1");
    EXPECT_EQ(Told(requests[1])["CallSid"], "leg");
    EXPECT_EQ(Told(requests[1])["CallStatus"], "busy");
}

TEST(Callbacks, are_tried_three_times_where_that_may_help)
{
    HttpPeer busy{answer("", "text/plain", 503)};
    HttpPeer wrong{answer("", "text/plain", 404)};
    Sessions sessions(loopback(), quick);
    const auto session = sessions.make(node("http://h.example/", twiml));
    tell(*session, busy.url("/"), 0);
    tell(*session, wrong.url("/"), 0);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    EXPECT_EQ(busy.requests().size(), 3u);
    EXPECT_EQ(wrong.requests().size(), 1u);
}

TEST(Callbacks, that_fail_leave_one_line_for_each_call_and_url_without_secrets)
{
    HttpPeer wrong{answer("", "text/plain", 404)};
    Sessions sessions(loopback(), quick);
    const auto one = sessions.make(node("http://h.example/", twiml));
    Call other_call = some_call();
    other_call.call_id = "c2";
    const auto other = sessions.make(node("http://h.example/", twiml), std::move(other_call));
    const std::string blocked = "http://ann:secret@10.0.0.1/told?token=secret";
    for (int i = 0; i < 3; ++i) {
        tell(*one, wrong.url(fmt::format("/told?n={}", i)), i);
        run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    }
    tell(*one, blocked, 1);
    tell(*one, blocked, 2);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    tell(*other, wrong.url("/told"), 1);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    const std::string failed = wrong.url("/told") + " failed: the server answered 404";
    using namespace testing;
    EXPECT_THAT(sessions.logged,
                ElementsAre("c1 callback " + failed,
                            AllOf(StartsWith("c1 callback http://[redacted]@10.0.0.1/told failed: "
                                             "blocked: "),
                                  Not(HasSubstr("secret"))),
                            "c2 callback " + failed));
}

TEST(Callbacks, that_are_told_or_given_up_leave_no_line)
{
    HttpPeer good{answer("", "text/plain", 204)};
    HttpPeer slow{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Sessions sessions;
    const auto session = sessions.make(node("http://h.example/", twiml));
    tell(*session, good.url("/told"), 1);
    tell(*session, slow.url("/told"), 2);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 1; });
    sessions.callbacks().close();
    run_until(sessions.reactor(), [&] { return sessions.callbacks().running() == 0; });
    EXPECT_TRUE(sessions.logged.empty());
}

TEST(Callbacks, are_tried_as_the_fragment_of_their_url_says)
{
    HttpPeer busy{answer("", "text/plain", 503)};
    HttpPeer wrong{answer("", "text/plain", 404)};
    session::RecentRecords records;
    Sessions sessions(loopback(), quick);
    sessions.config.sink = &records;
    sessions.config.records_all = true;
    const auto session = sessions.make(node("http://h.example/", twiml));
    tell(*session, busy.url("/#rc=0"), 0);
    tell(*session, wrong.url("/#rc=1&rp=4xx"), 0);
    tell(*session, wrong.url("/other#rc=99"), 0);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    EXPECT_EQ(busy.requests().size(), 1u);
    EXPECT_EQ(wrong.requests().size(), 3u);
    std::size_t warned = 0;
    for (const auto& record : records.find("c1")) {
        if (record.to_json().find("(error 11243)") != std::string::npos) ++warned;
    }
    EXPECT_EQ(warned, 1u) << "the callback with a mistake in its fragment";
}

TEST(Callbacks, to_a_dead_server_hold_up_neither_the_call_nor_others)
{
    HttpPeer dead{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    HttpPeer peer{answer(say_hello, "text/xml")};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/"), twiml));
    for (int i = 0; i < 10; ++i) tell(*session, dead.url("/told"), i);
    tell(*session, peer.url("/told"), 0);
    ASSERT_TRUE(sessions.begin(*session));
    run_until(sessions.reactor(), [&] { return peer.requests().size() == 2; });
    EXPECT_EQ(sessions.callbacks().running(), 1u) << "one waits for the dead server";
}

TEST(Callbacks, over_the_limit_are_dropped_and_counted)
{
    HttpPeer dead{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Sessions sessions(loopback(), {.waiting_max = 12});  // a quarter for one origin
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 10; ++i) tell(*session, dead.url("/told"), i);
    EXPECT_EQ(sessions.callbacks().waiting(), 3u);
    EXPECT_EQ(sessions.callbacks().dropped(), 7u);
    ASSERT_EQ(sessions.logged.size(), 1u);
    EXPECT_NE(sessions.logged.front().find("dropped, because too many"), std::string::npos);
}

TEST(Callbacks, of_a_dead_server_take_no_place_from_those_of_others)
{
    HttpPeer dead{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    HttpPeer peer{answer("", "text/plain", 204)};
    Sessions sessions(loopback(), {.waiting_max = 50});
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 50; ++i) tell(*session, dead.url("/" + std::to_string(i)), i);
    tell(*session, peer.url("/told"), 0);
    run_until(sessions.reactor(), [&] { return peer.requests().size() == 1; });
    EXPECT_EQ(sessions.callbacks().dropped(), 38u);
}

TEST(Callbacks, of_one_origin_are_asked_so_many_at_a_time_and_all_in_the_end)
{
    std::atomic<bool> is_up = false;
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (!is_up) exchange.hold();
        exchange.reply(204, "text/plain", "");
    }};
    Sessions sessions(
        loopback(), {.origin_lanes_max = 2, .attempt_ns_max = 300'000'000, .pause_ns = 1'000'000});
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 6; ++i) tell(*session, peer.url("/" + std::to_string(i)), i);
    run_until_seen(sessions.reactor(), [&] { return peer.requests().size() >= 2; });
    EXPECT_EQ(sessions.callbacks().running(), 2u);
    EXPECT_EQ(sessions.callbacks().waiting(), 6u);
    is_up = true;
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    EXPECT_EQ(sessions.callbacks().running(), 0u);
    std::set<std::string> asked;
    for (const auto& request : peer.requests()) asked.insert(request.target);
    EXPECT_EQ(asked.size(), 6u);
    EXPECT_GE(peer.requests().size(), 8u) << "the first two were asked again";
}

TEST(Callbacks, are_bounded_by_the_bytes_they_keep)
{
    HttpPeer dead{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    session::RecentRecords records;
    Sessions sessions(loopback(), {.waiting_bytes_max = 4 * 10'000});
    sessions.config.sink = &records;
    sessions.config.records_all = true;
    HttpPeer peer{answer(say_hello, "text/xml")};
    const auto session = sessions.make(node(peer.url("/"), twiml));
    for (int i = 0; i < 5; ++i) {
        session->notify(dead.url("/"), Method::post, {{"Text", std::string(3'000, 'x')}}, false);
    }
    EXPECT_EQ(sessions.callbacks().waiting(), 3u);
    EXPECT_EQ(sessions.callbacks().dropped(), 2u);
    ASSERT_TRUE(sessions.begin(*session));
    EXPECT_NE(records.find("c1").back().to_json().find("dropped: too many callbacks wait"),
              std::string::npos)
        << "a callback that is dropped is a warning";
}

TEST(Callbacks, outlive_their_session)
{
    HttpPeer peer{answer("", "text/plain", 204)};
    Sessions sessions;
    {
        const auto session = sessions.make(node("http://h.example/", twiml));
        tell(*session, peer.url("/told"), 1);
    }
    run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
    EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(Callbacks, that_are_given_up_leave_a_record)
{
    HttpPeer slow{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    sessions.config.records_all = true;
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 3; ++i) tell(*session, slow.url("/told"), i);
    auto& reactor = sessions.reactor();
    while (slow.requests().empty()) reactor.turn(reactor.now() + 1'000'000);
    sessions.callbacks().close();
    run_until(reactor, [&] { return sessions.callbacks().running() == 0; });
    EXPECT_EQ(slow.requests().size(), 1u);
    const auto kept = records.find("c1");
    ASSERT_EQ(kept.size(), 3u);
    for (const auto& record : kept) {
        EXPECT_NE(record.to_json().find(R"("reason":"cancelled")"), std::string::npos)
            << record.to_json();
    }
}

reactor::Task<> settle(session::Callbacks& callbacks, bool& is_settled, reactor::Deadline& deadline)
{
    co_await callbacks.settle(deadline);
    is_settled = true;
}

// What settles, and whether it has.
struct Settling {
    explicit Settling(Sessions& sessions, Nanoseconds ns_max = 60'000'000'000)
        : deadline(sessions.reactor(), sessions.reactor().now() + ns_max), scope(sessions.reactor())
    {
        scope.spawn(settle(sessions.callbacks(), is_settled, deadline));
    }

    bool is_settled = false;
    reactor::Deadline deadline;
    reactor::Scope scope;
};

TEST(Callbacks, have_settled_when_those_of_every_origin_are_told)
{
    std::atomic<bool> is_up = false;
    HttpPeer slow{[&](HttpPeer::Exchange& exchange) {
        if (!is_up) exchange.hold();
        exchange.reply(204, "text/plain", "");
    }};
    HttpPeer peer{answer("", "text/plain", 204)};
    Sessions sessions(loopback(), {.attempt_ns_max = 300'000'000, .pause_ns = 1'000'000});
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 3; ++i) tell(*session, peer.url("/told"), i);
    tell(*session, slow.url("/told"), 0);
    Settling settling(sessions);
    run_until(sessions.reactor(),
              [&] { return peer.requests().size() == 3 && sessions.callbacks().waiting() == 1; });
    EXPECT_FALSE(settling.is_settled);
    is_up = true;
    run_until(sessions.reactor(), [&] { return settling.is_settled; });
    EXPECT_EQ(sessions.callbacks().waiting(), 0u);
    run_until(sessions.reactor(), [&] { return sessions.callbacks().running() == 0; });
}

TEST(Callbacks, have_settled_where_there_are_none_and_are_not_awaited_beyond_a_deadline)
{
    HttpPeer dead{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Sessions sessions;
    {
        Settling settling(sessions);
        run_until(sessions.reactor(), [&] { return settling.is_settled; });
        EXPECT_FALSE(settling.deadline.has_expired());
    }
    const auto session = sessions.make(node("http://h.example/", twiml));
    tell(*session, dead.url("/told"), 0);
    Settling settling(sessions, 1'000'000);
    run_until(sessions.reactor(), [&] { return settling.is_settled; });
    EXPECT_TRUE(settling.deadline.has_expired());
    EXPECT_EQ(sessions.callbacks().waiting(), 1u);
}

// What it is told at `/held` it does not answer: an origin that has something waiting is
// remembered, and so is what else of it waits.
void answer_all_but_held(HttpPeer::Exchange& exchange)
{
    if (exchange.request.target == "/held") exchange.hold();
    exchange.reply(204, "text/plain", "");
}

TEST(Callbacks, that_are_told_make_room_for_those_of_their_own_origin)
{
    HttpPeer full{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    HttpPeer peer{answer_all_but_held};
    Sessions sessions(loopback(), {.waiting_max = 12});  // three for an origin
    session::Callbacks& callbacks = sessions.callbacks();
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 3; ++i) tell(*session, full.url("/told"), i);
    tell(*session, peer.url("/held"), 0);
    for (int times = 1; times <= 3; ++times) {
        const auto dropped = callbacks.dropped();
        for (int i = 0; i < 3; ++i) tell(*session, peer.url("/told"), i);
        EXPECT_EQ(callbacks.dropped(), dropped + 1) << "two have room each time";
        tell(*session, full.url("/told"), 3);
        EXPECT_EQ(callbacks.dropped(), dropped + 2) << "and none at the other one";
        run_until(sessions.reactor(), [&] { return callbacks.waiting() == 4; });
    }
}

TEST(Callbacks, that_are_told_give_back_the_bytes_of_their_own_origin)
{
    HttpPeer peer{answer_all_but_held};
    Sessions sessions(loopback(), {.waiting_bytes_max = 4 * 10'000});
    session::Callbacks& callbacks = sessions.callbacks();
    const auto session = sessions.make(node("http://h.example/", twiml));
    const auto tell_much = [&](std::string_view path, std::size_t bytes) {
        session->notify(peer.url(path), Method::post, {{"Text", std::string(bytes, 'x')}}, false);
    };
    tell_much("/held", 3'000);
    for (int times = 0; times < 10; ++times) {
        tell_much("/told", 3'000);
        run_until(sessions.reactor(), [&] { return callbacks.waiting() == 1; });
    }
    EXPECT_EQ(callbacks.dropped(), 0u);
    tell_much("/told", 9'000);
    EXPECT_EQ(callbacks.dropped(), 1u) << "what is held is still counted";
}

TEST(Callbacks, in_one_order_go_one_by_one_as_they_are_released)
{
    HttpPeer one{answer("", "text/plain", 204)};
    HttpPeer other{answer("", "text/plain", 204)};
    Sessions sessions(loopback(), {.are_in_one_order = true});
    session::Callbacks& callbacks = sessions.callbacks();
    const auto session = sessions.make(node("http://h.example/", twiml));
    tell(*session, one.url("/a"), 0);
    tell(*session, other.url("/b"), 1);
    tell(*session, one.url("/c"), 2);
    Settling settling(sessions);
    for (std::size_t told = 0; told < 3; ++told) {
        run_until(sessions.reactor(), [&] { return callbacks.are_held(); });
        EXPECT_EQ(one.requests().size() + other.requests().size(), told);
        EXPECT_EQ(callbacks.waiting(), 3 - told);
        EXPECT_EQ(callbacks.running(), 1u);
        EXPECT_FALSE(settling.is_settled);
        callbacks.release();
        EXPECT_FALSE(callbacks.are_held());
    }
    run_until(sessions.reactor(), [&] { return settling.is_settled; });
    EXPECT_FALSE(callbacks.are_held());
    ASSERT_EQ(one.requests().size(), 2u);
    EXPECT_EQ(one.requests()[1].target, "/c");
    EXPECT_EQ(other.requests().size(), 1u);

    tell(*session, other.url("/d"), 3);
    run_until(sessions.reactor(), [&] { return callbacks.are_held(); });
    callbacks.release();
    run_until(sessions.reactor(), [&] { return callbacks.running() == 0; });
    EXPECT_EQ(callbacks.waiting(), 0u);
    EXPECT_EQ(other.requests().size(), 2u);
}

TEST(Callbacks, that_are_held_are_given_up_when_they_are_closed)
{
    HttpPeer peer{answer("", "text/plain", 204)};
    Sessions sessions(loopback(), {.are_in_one_order = true});
    session::Callbacks& callbacks = sessions.callbacks();
    const auto session = sessions.make(node("http://h.example/", twiml));
    for (int i = 0; i < 3; ++i) tell(*session, peer.url("/told"), i);
    Settling settling(sessions);
    run_until(sessions.reactor(), [&] { return callbacks.are_held(); });
    callbacks.close();
    run_until(sessions.reactor(), [&] { return settling.is_settled; });
    EXPECT_EQ(callbacks.waiting(), 0u);
    EXPECT_EQ(callbacks.dropped(), 0u);
    EXPECT_EQ(peer.requests().size(), 0u);
    tell(*session, peer.url("/told"), 3);
    EXPECT_EQ(callbacks.dropped(), 1u) << "nothing is taken any more";
}

TEST(Callbacks, to_no_url_are_not_told)
{
    Sessions sessions;
    const auto session = sessions.make(node("http://h.example/", twiml));
    tell(*session, "mailto:ann@example.com", 0);
    EXPECT_EQ(sessions.callbacks().waiting(), 0u);
}

}  // namespace
}  // namespace pivot::test
