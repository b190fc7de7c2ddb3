#include "net/listen_address.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

TEST(ListenAddress, is_an_address_with_a_port_or_a_path)
{
    for (const std::string text :
         {"127.0.0.1:9090", "0.0.0.0:0", "[::1]:9090", "[::]:1", "/run/pivot/admin.sock"}) {
        const auto address = ListenAddress::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->to_text(), text);
        EXPECT_EQ(address->ip() == nullptr, text.starts_with('/'));
    }
    for (const std::string text : {"", ":9090", "localhost:9090", "9090", "127.0.0.1", "::1:9090",
                                   "[127.0.0.1]:1", "127.0.0.1:65536", "[::1]", "a.sock"}) {
        const auto address = ListenAddress::parse(text);
        ASSERT_FALSE(address) << text;
        EXPECT_NE(address.error().find("is not an address to listen at"), std::string::npos);
    }
    EXPECT_FALSE(ListenAddress::parse("/" + std::string(107, 'x')));
    EXPECT_TRUE(ListenAddress::parse("/" + std::string(106, 'x')));
}

TEST(ListenAddress, is_local_if_no_other_machine_reaches_it)
{
    const auto is_local = [](const char* text) { return ListenAddress::parse(text)->is_local(); };
    for (const char* text : {"127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "/a"})
        EXPECT_TRUE(is_local(text));
    for (const char* text : {"0.0.0.0:1", "[::]:1", "192.0.2.7:1"}) EXPECT_FALSE(is_local(text));
}

}  // namespace
}  // namespace pivot::net
