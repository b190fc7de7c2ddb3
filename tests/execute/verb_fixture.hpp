// A call whose web server answers what a test says, and what was done and asked on its behalf.
//
//     page("/done", "<Say>Thanks</Say>");
//     EXPECT_THAT(run(R"(<Gather action="/done"/>)"), ElementsAre("answer", "hang_up 0"));
//
// Pages that no test has written are empty documents.
#pragma once

#include "execute/fake_channel.hpp"
#include "execute/made_up_clock.hpp"
#include "execute/run_session.hpp"
#include "session/session_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Commands = std::vector<std::string>;

class VerbTest : public testing::Test, private session::DebugSink {
protected:
    explicit VerbTest(const EngineConfig& config = loopback()) : sessions_(config)
    {
        sessions_.config.sink = this;
        sessions_.config.records_all = true;
        call.caller_id_number = "+14155550100";
        renew();
    }
    ~VerbTest() override
    {
        channel.reset();
        events.reset();
    }

    // A new call, of which nothing is known yet: for the next row of a table.
    void renew()
    {
        channel.reset();
        events.reset();
        host_.emplace(reactor(), reactor::never);
        clock.emplace();
        events.emplace(*clock, *host_);
        channel.emplace(*events);
        channel->on_warned = [this](std::string_view where, std::string_view what) {
            warnings.push_back(fmt::format("{} {}", where, what));
        };
        channel->on_branched = [this](std::string_view branch, std::string_view why) {
            branches.push_back(fmt::format("{} ({})", branch, why));
        };
        requests_before_ = peer_.requests_read();
        warnings.clear();
        branches.clear();
        records.clear();
    }

    void page(std::string path, std::string_view verbs)
    {
        page(std::move(path), 200, "text/xml", fmt::format("<Response>{}</Response>", verbs));
    }
    void page(std::string path, int status, std::string type, std::string body)
    {
        pages_[std::move(path)] = {status, std::move(type), std::move(body)};
    }
    // A server that takes the request, and says nothing.
    void silent_page(std::string path) { pages_[std::move(path)] = {}; }

    // What the call has done by its end. Its first document has these verbs.
    const Commands& run(std::string_view verbs)
    {
        page("/first", verbs);
        return run();
    }
    const Commands& run() { return run_node(node(url("/first"), action), sorry); }
    // Performs this pivot node, whose `_` child is `next`.
    const Commands& run_node(std::string_view text, std::string_view next)
    {
        const auto session = sessions_.make(text, call);
        {
            reactor::Scope calls(reactor());
            calls.spawn(run_session(*session, *channel, *events, std::string(next), at_end,
                                    executor, *host_));
            while (calls.running() > 0) {
                if (hangs_up_when && hangs_up_when()) channel->hang_up_caller();
                if (!clock->go_on(reactor(), sessions_.are_asking())) channel->get_stuck();
            }
        }
        run_until(reactor(), [&] { return sessions_.callbacks().running() == 0; });
        return channel->commands;
    }

    std::string url(std::string_view path) const { return peer_.url(path); }

    // `POST /done`, in their order.
    std::vector<std::string> asked() const
    {
        std::vector<std::string> asked;
        for (const Request& request : requests()) {
            asked.push_back(fmt::format("{} {}", request.method, path_of(request)));
        }
        return asked;
    }

    // What was told with each request to this path.
    std::vector<Told> all_told(std::string_view path) const
    {
        std::vector<Told> all;
        for (const Request& request : requests()) {
            if (path_of(request) == path) all.emplace_back(request);
        }
        return all;
    }
    // With the last one; nothing, where there was none.
    Told told(std::string_view path) const
    {
        const auto all = all_told(path);
        return all.empty() ? Told(Request()) : all.back();
    }
    // One parameter of each request to this path.
    std::vector<std::string> each_told(std::string_view path, std::string_view name) const
    {
        std::vector<std::string> values;
        for (const Told& told : all_told(path)) values.push_back(told[name]);
        return values;
    }

    // By the channel, or in a record.
    bool is_warned(std::string_view words) const
    {
        const auto has = [&](const std::string& text) { return text.find(words) != text.npos; };
        return std::ranges::any_of(warnings, has) || std::ranges::any_of(records, has);
    }

    // The call's time from its beginning until now.
    std::chrono::seconds elapsed_since(Nanoseconds began) const
    {
        return std::chrono::duration_cast<std::chrono::seconds>(
            std::chrono::nanoseconds(clock->now() - began));
    }

    // The caller is gone while this runs.
    void hang_up_during(const std::string& command)
    {
        channel->on(command, [this](JobId job) {
            channel->push(JobEnded{job, JobEnd::stopped, ""});
            channel->hang_up_caller();
        });
    }
    // It goes on until it is stopped.
    void keep_running(const std::string& command)
    {
        channel->on(command, [](JobId) {});
    }
    // The keys come while this runs.
    void press_during(const std::string& command, std::string keys)
    {
        channel->on(command, [this, keys](JobId) { channel->press(keys); });
    }

    // The first leg rings and answers, and hangs up after it has talked for a while.
    void answer_dials(milliseconds talk = std::chrono::seconds(12))
    {
        channel->on("dial", [this](JobId) {
            channel->push(LegRinging{channel->first_leg()});
            channel->push(LegAnswered{channel->first_leg(), "b-leg"});
        });
        channel->on("bridge", [this, talk](JobId job) {
            clock->after(talk, [this, job] {
                channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
                channel->push(BridgeEnded{job});
            });
        });
    }
    void refuse_dials(std::string cause, int sip_code)
    {
        channel->on("dial", [this, cause, sip_code](JobId job) {
            channel->push(LegEnded{channel->first_leg(), {cause, sip_code}});
            channel->push(DialFailed{job, {cause, sip_code}});
        });
    }

    // For a call beside the one that run() performs.
    Sessions& sessions() { return sessions_; }

    // For a test of thousands of exchanges. is_warned() then knows the channel alone.
    void keep_no_records() { sessions_.config.records_all = false; }
    void keep_cdrs_in(session::CdrSpool& spool) { sessions_.config.cdrs = &spool; }

    // The host waits for nothing any more.
    void lose_host() { host_->expire(Reason::cancelled); }

    reactor::Reactor& reactor() { return sessions_.reactor(); }

    std::string action = std::string(twiml);  // more members of the first action's data
    Call call = some_call();
    ExecutorConfig executor;
    AtEnd at_end = AtEnd::hang_up;
    std::function<bool()> hangs_up_when;  // may be empty: the caller does not
    std::optional<MadeUpClock> clock;
    std::optional<EventQueue> events;
    std::optional<FakeChannel> channel;
    std::vector<std::string> warnings;
    std::vector<std::string> branches;
    std::vector<std::string> records;

private:
    struct Page {
        int status = 0;  // 0: none ever comes
        std::string type;
        std::string body;
    };

    static std::string_view path_of(const Request& request)
    {
        const std::string_view target = request.target;
        return target.substr(0, target.find('?'));
    }

    std::vector<Request> requests() const { return peer_.requests_after(requests_before_); }

    void reply(HttpPeer::Exchange& exchange) const
    {
        const auto found = pages_.find(path_of(exchange.request));
        if (found == pages_.end()) return exchange.reply(200, "text/xml", "<Response/>");
        const Page& page = found->second;
        if (page.status == 0) exchange.hold();
        exchange.reply(page.status, page.type, page.body);
    }

    void add(session::DebugRecord record) override { records.push_back(record.to_json()); }

    std::map<std::string, Page, std::less<>> pages_;
    HttpPeer peer_{[this](HttpPeer::Exchange& exchange) { reply(exchange); }};
    Sessions sessions_;
    std::optional<reactor::Deadline> host_;
    std::size_t requests_before_ = 0;
};

}  // namespace pivot::test
