// Runs the hosts written in C, which do the checking, beside the web server that their calls ask.
#include "http/form.hpp"
#include "peers/http_peer.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

// What the hosts do not look at.
constexpr std::array usual = {"AccountSid", "ApiVersion",   "Called",  "Caller",
                              "CallerName", "CallerNumber", "CallSid", "Direction",
                              "From",       "FromRealm",    "To",      "ToRealm"};

std::string harmless(std::string text)
{
    std::ranges::replace_if(text, [](char byte) { return byte == '<' || byte == '&'; }, '?');
    return text;
}

// Says what it was told, so that the host hears it.
std::string told(const Request& request)
{
    const std::string_view target = request.target;
    const auto query = target.substr(std::min(target.find('?'), target.size() - 1) + 1);
    std::string said;
    for (const auto& [name, value] :
         http::read_form(request.method == "GET" ? query : request.body)) {
        if (std::ranges::find(usual, name) != usual.end()) continue;
        said += fmt::format("{}={}; ", name, value);
    }
    for (const auto& [name, value] : request.headers) {
        if (name.starts_with("x-")) said += fmt::format("{}: {}; ", name, value);
    }
    return fmt::format("<Response><Say>Told {}</Say><Hangup/></Response>", harmless(said));
}

void answer(HttpPeer::Exchange& exchange)
{
    const std::string& target = exchange.request.target;
    if (target == "/silent") exchange.hold();
    if (target.starts_with("/told")) return exchange.reply(200, "text/xml", told(exchange.request));
    if (target == "/cdr" || target == "/event") return exchange.reply(204, "text/plain", "");
    if (!target.starts_with("/page?")) return exchange.reply(404, "text/plain", "");
    const std::string document =
        http::read_form(std::string_view(target).substr(6)).front().first;  // it asks for itself
    exchange.reply(200, document.starts_with('<') ? "text/xml" : "application/json", document);
}

// Such a program prints what is not as it should be.
int run(const char* host)
{
    HttpPeer peer{answer};
    return std::system(fmt::format("{} {}", host, peer.port()).c_str());
}

TEST(SessionHosts, one_with_a_loop_uses_every_function_command_and_event)
{
    EXPECT_EQ(run(PIVOT_SESSION_LOOP), 0);
}

TEST(SessionHosts, one_sees_how_calls_end)
{
    EXPECT_EQ(run(PIVOT_SESSION_ENDS), 0);
}

TEST(SessionHosts, one_makes_mistakes_and_lives)
{
    EXPECT_EQ(run(PIVOT_SESSION_MISTAKES), 0);
}

TEST(SessionHosts, one_with_threads_tells_from_each_of_them)
{
    EXPECT_EQ(run(PIVOT_SESSION_THREADS), 0);
}

TEST(SessionHosts, a_hostile_one_loses_no_call)
{
    EXPECT_EQ(run(PIVOT_HOSTILE_HOST), 0);
}

}  // namespace
}  // namespace pivot::test
