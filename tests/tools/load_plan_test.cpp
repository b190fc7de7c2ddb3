#include "pivot/load/load_plan.hpp"

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

constexpr SystemLimits usual{.descriptors_max = 16'384,
                             .memory_available_bytes = std::uint64_t{16} << 30,
                             .ephemeral_ports = 28'232};

LoadPlan planned(const LoadDemand& demand, const SystemLimits& limits = usual)
{
    const auto plan = plan_load(demand, limits);
    EXPECT_TRUE(plan) << plan.error();
    return plan ? *plan : LoadPlan{};
}

std::string refusal(const LoadDemand& demand, const SystemLimits& limits = usual)
{
    const auto plan = plan_load(demand, limits);
    return plan ? "none" : plan.error();
}

TEST(LoadPlan, has_one_reactor_where_the_connections_fit)
{
    const LoadPlan plan = planned({.concurrency = 64});
    EXPECT_EQ(plan.reactors, 1U);
    EXPECT_EQ(plan.callers_of(0), 64U);
    EXPECT_GT(plan.connections_max, 64U);
    EXPECT_TRUE(plan.source_addresses.empty());
}

TEST(LoadPlan, has_as_many_reactors_as_the_tables_of_descriptors_make_necessary)
{
    const LoadPlan plan = planned({.concurrency = 100'000, .is_loopback = true});
    EXPECT_EQ(plan.reactors, 7U);
    std::size_t callers = 0;
    for (unsigned i = 0; i < plan.reactors; ++i) {
        EXPECT_LE(plan.callers_of(i), std::size_t{16'384} * 7 / 8);
        callers += plan.callers_of(i);
    }
    EXPECT_EQ(callers, 100'000U);
    EXPECT_LE(plan.connections_max, 16'384U);
    EXPECT_EQ(planned({.concurrency = 20'000, .is_loopback = true},
                      {.descriptors_max = 1'000'000, .ephemeral_ports = 28'232})
                  .reactors,
              1U);
}

TEST(LoadPlan, refuses_reactors_that_are_too_few)
{
    EXPECT_EQ(refusal({.concurrency = 100'000, .reactors = 6, .is_loopback = true}),
              "100000 connections need 7 reactors, because RLIMIT_NOFILE (hard) is 16384: raise it "
              "with ulimit -Hn, or pass --reactors 7");
    EXPECT_EQ(planned({.concurrency = 16'384, .reactors = 1}).reactors, 1U);
}

TEST(LoadPlan, has_no_reactor_without_a_caller)
{
    EXPECT_EQ(planned({.concurrency = 2, .reactors = 4}).reactors, 2U);
}

TEST(LoadPlan, spreads_loopback_over_several_addresses)
{
    EXPECT_TRUE(planned({.concurrency = 5'000, .is_loopback = true}).source_addresses.empty());
    const auto addresses = planned({.concurrency = 12'000, .is_loopback = true}).source_addresses;
    EXPECT_EQ(addresses, (std::vector<std::string>{"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
    EXPECT_TRUE(planned({.concurrency = 12'000}).source_addresses.empty());
}

TEST(LoadPlan, leaves_the_operators_addresses_alone)
{
    const std::vector<std::string> own = {"127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4"};
    const LoadDemand demand{.concurrency = 50'000, .source_addresses = own, .is_loopback = true};
    EXPECT_EQ(planned(demand).source_addresses, own);
}

TEST(LoadPlan, refuses_more_connections_than_there_are_ports)
{
    EXPECT_EQ(refusal({.concurrency = 30'000}),
              "30000 connections to one server need more than the 28232 ephemeral ports of 1 local "
              "address: widen net.ipv4.ip_local_port_range, name more source_addresses in "
              "--config, or pass --concurrency 28232");
    EXPECT_EQ(refusal({.concurrency = 30'000, .source_addresses = {"192.0.2.1", "192.0.2.2"}}),
              "none");
}

TEST(LoadPlan, refuses_more_calls_than_there_is_memory_for)
{
    SystemLimits small = usual;
    small.memory_available_bytes = 100 << 20;
    EXPECT_EQ(
        refusal({.concurrency = 20'000}, small),
        "20000 calls in flight need about 156 MiB of memory, but only 100 are available: free "
        "some, or pass --concurrency 12800");
    small.memory_available_bytes = 0;
    EXPECT_EQ(refusal({.concurrency = 20'000}, small), "none");
}

}  // namespace
}  // namespace pivot::tools
