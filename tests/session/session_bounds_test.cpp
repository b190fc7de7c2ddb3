// Everything that documents store in a call has one common limit.

#include "session_fixture.hpp"

#include <atomic>
#include <functional>

#include <fmt/format.h>

namespace pivot::test {
namespace {

constexpr std::size_t bound = 64 * 1024;
constexpr std::size_t standard_parameters_most = 1'024;

class SessionBounds : public ::testing::Test {
protected:
    SessionBounds()
    {
        sessions_.config.sink = &records_;
        sessions_.config.records_all = true;
    }

    std::unique_ptr<session::Session> make(Call call = some_call())
    {
        return sessions_.make(node(peer_.url("/"), twiml_post), std::move(call));
    }

    // Bytes of the next request's parameters.
    std::size_t ask(session::Session& session)
    {
        session::Request ask;
        ask.url = peer_.url("/next");
        EXPECT_TRUE(sessions_.ask(session, std::move(ask)));
        return peer_.requests().back().body.size();
    }

    // Forty of a thousand bytes each.
    static std::string cookies()
    {
        std::string lines;
        for (int i = 0; i < 40; ++i) {
            lines += fmt::format("Set-Cookie: c{}={}\r\n", i, std::string(1'000, 'x'));
        }
        return lines;
    }

    bool was_warned(std::string_view text) const
    {
        for (const auto& record : records_.find("c1")) {
            if (record.to_json().find(text) != std::string::npos) return true;
        }
        return false;
    }

    std::atomic<bool> sets_cookies_ = false;  // with the next answer, on the peer's thread
    HttpPeer peer_{[this](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "text/xml", say_hello, sets_cookies_.exchange(false) ? cookies() : "");
    }};
    session::RecentRecords records_;
    Sessions sessions_;
};

TEST_F(SessionBounds, nothing_grows_without_bound_whatever_stores_it)
{
    const std::string text(900'000, '%');
    const std::pair<const char*, std::function<void(session::Session&, int)>> stores[] = {
        {"variable",
         [](session::Session& session, int i) {
             session.set_variable(fmt::format("v{}", i), std::string(16'000, '%'));
         }},
        {"custom_application_vars",
         [&](session::Session& session, int i) {
             session.set_application_variables(fmt::format(R"({{"k{}":"{}"}})", i, text));
         }},
        {"collection", [&](session::Session& session,
                           int i) { session.set_digits(fmt::format("c{}{}", i, text), "1"); }},
        {"caller id name",
         [&](session::Session& session, int) {
             session.set_caller_id(session.call().caller_id_name + text, "1");
         }},
        {"language", [&](session::Session& session, int) { session.set_language(text); }},
    };
    for (const auto& [what, store] : stores) {
        const auto session = make();
        for (int i = 0; i < 40; ++i) store(*session, i);
        EXPECT_LE(ask(*session), bound + standard_parameters_most) << what;
        EXPECT_TRUE(was_warned(fmt::format("{}", what))) << what;
    }
}

TEST_F(SessionBounds, the_bound_is_one_for_all_together)
{
    const auto session = make();
    session->set_variable("v", std::string(60'000, 'x'));
    session->set_application_variables(fmt::format(R"({{"k":"{}"}})", std::string(10'000, 'x')));
    session->set_digits("d", std::string(100, '1'));
    session->set_variable("w", std::string(10'000, 'x'));
    EXPECT_EQ(session->call().custom_application_vars.find('x'), std::string::npos);
    EXPECT_EQ(session->store().digits("d").size(), 100u) << "what fits is stored";
    const auto bytes = ask(*session);
    EXPECT_GT(bytes, 60'000u);
    EXPECT_LE(bytes, bound + standard_parameters_most);
    EXPECT_TRUE(
        was_warned("variable w does not fit: what documents store in a call takes 65536 "
                   "bytes at most"));
}

TEST_F(SessionBounds, what_shrinks_makes_room)
{
    const auto session = make();
    session->set_variable("v", std::string(60'000, 'x'));
    session->set_variable("w", std::string(10'000, 'x'));
    EXPECT_LT(ask(*session), 62'000u);
    session->set_variable("v", "");
    session->set_variable("w", std::string(10'000, 'x'));
    EXPECT_GT(ask(*session), 10'000u);
}

TEST_F(SessionBounds, the_facts_of_the_host_are_not_counted)
{
    Call call = some_call();
    call.custom_application_vars = fmt::format(R"({{"host":"{}"}})", std::string(200'000, 'x'));
    const auto session = make(std::move(call));
    session->set_application_variables(R"({"more":"1"})");
    EXPECT_NE(session->call().custom_application_vars.find("more"), std::string::npos);
}

TEST_F(SessionBounds, cookies_count_and_the_oldest_go)
{
    sets_cookies_ = true;
    const auto session = make();
    session->set_variable("v", std::string(50'000, 'x'));
    ask(*session);
    ask(*session);
    const std::string sent(peer_.requests().back().header("cookie"));
    EXPECT_LT(sent.size(), 16'000u);
    EXPECT_NE(sent.find("c39="), std::string::npos);
    EXPECT_EQ(sent.find("c0="), std::string::npos);
    EXPECT_TRUE(was_warned("a cookie (25 of them) does not fit"));
}

// A search for each member of the one among those of the other took minutes.
TEST_F(SessionBounds, thousands_of_members_are_merged_in_linear_time)
{
    Call call = some_call();
    std::string known = "{";
    std::string more = "{";
    for (int i = 0; i < 50'000; ++i) {
        known += fmt::format(R"("k{}":1,)", i);
        more += fmt::format(R"("m{}":2,)", i);
    }
    call.custom_application_vars = known + R"("k":1})";
    const auto session = make(std::move(call));
    session->set_application_variables(more + R"("k":2})");
    EXPECT_EQ(session->call().custom_application_vars.find("m1"), std::string::npos);
    session->set_application_variables(R"({"k":3})");
    EXPECT_NE(session->call().custom_application_vars.find(R"("k":3)"), std::string::npos);
}

}  // namespace
}  // namespace pivot::test
