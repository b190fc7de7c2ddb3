// Runs the host written in C, which does the checking, beside the web server that it asks.
#include "peers/http_peer.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

void answer(HttpPeer::Exchange& exchange)
{
    const std::string& target = exchange.request.target;
    if (target.starts_with("/slow")) exchange.hold();
    if (target.starts_with("/move")) {
        exchange.reply(302, "text/plain", "", "Location: /flow\r\n");
    } else if (target.starts_with("/broken")) {
        exchange.reply(200, "application/json", R"({"module":"nonesuch"})");
    } else {
        exchange.reply(200, "application/json", R"({"module":"hangup"})");
    }
}

TEST(CAbi, a_host_in_c_can_do_everything_from_its_own_loop)
{
    HttpPeer peer{answer};
    const std::string command = PIVOT_HOST_LOOP " " + std::to_string(peer.port());
    EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace pivot::test
