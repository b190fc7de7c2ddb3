// A call that runs one flow, and what it did.
#pragma once

#include "exchange/exchanges.hpp"
#include "execute/directory.hpp"
#include "execute/fake_channel.hpp"
#include "execute/flow_runner.hpp"
#include "execute/made_up_clock.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Commands = std::vector<std::string>;

// A node; `children` are members with a comma between them.
inline std::string node(std::string_view module, std::string_view data = "",
                        std::string_view children = "")
{
    return fmt::format(R"({{"module":"{}","data":{{{}}},"children":{{{}}}}})", module, data,
                       children);
}

// A node that is seen when the call comes to it.
inline std::string mark(std::string_view name, std::string_view children = "")
{
    return node("play", fmt::format(R"("id":"{}","answer":false,"terminators":[])", name),
                children);
}
inline std::string child(std::string_view key, std::string_view flow)
{
    return fmt::format(R"("{}":{})", key, flow);
}

// The same, as a member: a child that is seen when it is taken.
inline std::string seen(std::string_view key)
{
    return child(key, mark(key));
}

class FlowTest : public testing::Test {
protected:
    FlowTest()
    {
        request.call.call_id = "call-1";
        request.call.caller_id_name = "Alice";
        request.call.caller_id_number = "+14155550100";
        request.call.request.user = "2000";
        request.call.language = "en-us";
        Action action;
        action.voice_url = "http://127.0.0.1:9/";
        request.node.action = action;
        open_reactor(reactor);
        auto opened =
            exchange::Exchanges::open(exchange::Settings::make(config()).value(), *reactor);
        if (!opened) throw std::runtime_error(opened.error());
        exchanges = std::move(*opened);
        clock.emplace();
        host.emplace(*reactor, never);
        events.emplace(*clock, *host);
        renew_channel();
    }

    static EngineConfig config()
    {
        EngineConfig config;
        config.policy.allow = {"127.0.0.0/8"};
        return config;
    }

    void know(std::string_view directory_text)
    {
        auto read = Directory::from_json(directory_text);
        if (!read) throw std::runtime_error(read.error());
        directory.emplace(std::move(*read));
        executor.directory = &*directory;
    }

    // What the call has done, but for what it came to by hanging up.
    const Commands& run(std::string flow)
    {
        begin();
        run_again(std::move(flow));
        return channel->commands;
    }

    const Commands& run_again(std::string flow)
    {
        if (!live) begin();
        reactor::Scope scope(*reactor);
        scope.spawn(perform(std::move(flow), *host));
        while (scope.running() > 0) {
            if (!clock->go_on(*reactor, exchanges->tally.asking.value() > 0)) channel->get_stuck();
        }
        return channel->commands;
    }

    // A new call, for the next row of a table.
    void renew()
    {
        runner.reset();
        live.reset();
        channel.reset();
        events.reset();
        events.emplace(*clock, *host);
        renew_channel();
    }
    void renew_channel()
    {
        channel.emplace(*events);
        channel->on_warned = [this](std::string_view where, std::string_view what) {
            warnings.push_back(fmt::format("{}: {}", where, what));
        };
        channel->on_branched = [this](std::string_view branch, std::string_view why) {
            branches.push_back(fmt::format("{} ({})", branch, why));
        };
    }

    void begin()
    {
        runner.reset();
        live.reset();
        session.reset();
        callbacks.emplace(*exchanges);
        session.emplace(*exchanges, *callbacks, session_config, request);
        live.emplace(*channel, *events, *session, executor, *host);
        runner.emplace(*live, apologizes);
    }

    void hang_up_at(const std::string& command)
    {
        channel->on(command, [this](JobId job) {
            channel->push(JobEnded{job, JobEnd::stopped, ""});
            channel->hang_up_caller();
        });
    }

    // The leg answers, and the two part when the other side hangs up.
    void answer_dials()
    {
        channel->on("dial",
                    [this](JobId) { channel->push(LegAnswered{channel->first_leg(), ""}); });
    }
    void fail_dials(std::string cause, int sip_code)
    {
        channel->on("dial", [this, cause, sip_code](JobId job) {
            channel->push(DialFailed{job, {cause, sip_code}});
        });
    }

    bool was_taken(std::string_view name) const
    {
        return std::ranges::find(channel->commands, fmt::format("play name {}", name)) !=
               channel->commands.end();
    }

    Request request;
    session::Sinks session_config;
    ExecutorConfig executor;
    bool apologizes = false;
    std::unique_ptr<reactor::Reactor> reactor;
    std::unique_ptr<exchange::Exchanges> exchanges;
    std::optional<Directory> directory;
    std::optional<MadeUpClock> clock;
    std::optional<reactor::Deadline> host;
    std::optional<EventQueue> events;
    std::optional<FakeChannel> channel;
    std::optional<session::Callbacks> callbacks;
    std::optional<session::Session> session;
    std::optional<LiveCall> live;
    std::optional<FlowRunner> runner;
    NextStep step;
    std::vector<std::string> warnings;
    std::vector<std::string> branches;

    ~FlowTest() override
    {
        runner.reset();
        live.reset();
        session.reset();
        callbacks.reset();
        channel.reset();
        events.reset();
        host.reset();
        for (int turns = 0; turns < 100 && !reactor->is_idle(); ++turns) {
            reactor->turn(reactor->now());
        }
        EXPECT_TRUE(reactor->is_idle());
    }

private:
    reactor::Task<> perform(std::string flow, reactor::Deadline&)
    {
        step = co_await runner->run(std::move(flow), live->deadline());
    }
};

}  // namespace pivot::test
