// A session that asks peers on loopback, on a reactor that the test turns.
#pragma once

#include "exchange/exchange_fixture.hpp"
#include "exchange/exchanges.hpp"
#include "http/form.hpp"
#include "reactor/run_until.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"
#include "session/recent_records.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::test {

inline constexpr std::string_view twiml = R"(,"req_format":"twiml")";
inline constexpr std::string_view twiml_post = R"(,"req_format":"twiml","method":"post")";
inline constexpr std::string_view say_hello = "<Response><Say>Hello</Say></Response>";

// What a peer was told: the query of a GET, the form of a POST.
class Told {
public:
    explicit Told(const Request& request)
    {
        const auto question = request.target.find('?');
        const auto query =
            question == request.target.npos ? "" : request.target.substr(question + 1);
        pairs_ = http::read_form(request.method == "GET" ? query : request.body);
    }

    // `-`: nothing of that name; `twice`: more than one.
    std::string operator[](std::string_view name) const
    {
        std::string value = "-";
        for (const auto& [known, text] : pairs_) {
            if (known == name) value = value == "-" ? text : "twice";
        }
        return value;
    }

private:
    std::vector<std::pair<std::string, std::string>> pairs_;
};

class Sessions {
public:
    explicit Sessions(const EngineConfig& config = loopback(),
                      const session::CallbackLimits& limits = {},
                      const reactor::ReactorConfig& reactor_config = {})
    {
        open_reactor(reactor_, reactor_config);
        auto opened = exchange::Exchanges::open(settings_of(config), *reactor_);
        if (!opened) throw std::runtime_error(opened.error());
        exchanges_ = std::move(*opened);
        const auto keep = [this](LogLevel, std::string_view call_id, std::string_view line) {
            logged.push_back(fmt::format("{} {}", call_id, line));
        };
        callbacks_ = std::make_unique<session::Callbacks>(*exchanges_, limits, keep);
    }

    ~Sessions()
    {
        callbacks_->close();
        run_until(*reactor_, [&] { return callbacks_->running() == 0; });
        callbacks_.reset();
        exchanges_->close();
        run_until_idle(*reactor_);
    }

    std::unique_ptr<session::Session> make(std::string_view node_text, Call call = some_call())
    {
        return make(request_of(node_text, std::move(call), exchanges_->config()));
    }

    std::unique_ptr<session::Session> make(pivot::Request request)
    {
        return std::make_unique<session::Session>(*exchanges_, *callbacks_, config,
                                                  std::move(request));
    }

    // Whether one of them asks a web server.
    bool are_asking() const { return exchanges_->tally.asking.value() > 0; }

    Result<session::Answer> begin(session::Session& session)
    {
        reactor::Deadline call(*reactor_, reactor::never);
        return begin(session, call);
    }
    Result<session::Answer> begin(session::Session& session, reactor::Deadline& call)
    {
        Running running(*reactor_);
        running.scope.spawn(run_begin(session, running.answer, call));
        return finish(running);
    }

    Result<session::Answer> ask(session::Session& session, session::Request ask)
    {
        reactor::Deadline call(*reactor_, reactor::never);
        return this->ask(session, std::move(ask), call);
    }
    Result<session::Answer> ask(session::Session& session, session::Request ask,
                                reactor::Deadline& call)
    {
        Running running(*reactor_);
        running.scope.spawn(run_ask(session, std::move(ask), running.answer, call));
        return finish(running);
    }

    Result<session::Answer> pivot(session::Session& session, ActionNode node)
    {
        reactor::Deadline call(*reactor_, reactor::never);
        Running running(*reactor_);
        running.scope.spawn(run_pivot(session, std::move(node), running.answer, call));
        return finish(running);
    }

    // Begins, turns until `condition` is so, and then the caller hangs up.
    template <typename Condition>
    Result<session::Answer> begin_and_cancel(session::Session& session, Condition condition)
    {
        reactor::Deadline call(*reactor_, reactor::never);
        Running running(*reactor_);
        running.scope.spawn(run_begin(session, running.answer, call));
        while (!condition()) reactor_->turn(reactor_->now() + 1'000'000);
        call.expire(Reason::cancelled);
        return finish(running);
    }

    void end(session::Session& session, const session::EndOfCall& end)
    {
        reactor::Deadline host(*reactor_, reactor::never);
        reactor::Scope scope(*reactor_);
        scope.spawn(session.end(end, host));
        run_until(*reactor_, [&] { return scope.running() == 0; });
    }

    reactor::Reactor& reactor() { return *reactor_; }
    exchange::Exchanges& exchanges() { return *exchanges_; }
    session::Callbacks& callbacks() { return *callbacks_; }

    session::Sinks config;
    std::vector<std::string> logged;  // of callbacks: `c1 callback http://… failed: …`

private:
    struct Running {
        explicit Running(reactor::Reactor& reactor) : scope(reactor) {}
        std::optional<Result<session::Answer>> answer;
        reactor::Scope scope;
    };

    static reactor::Task<> run_begin(session::Session& session,
                                     std::optional<Result<session::Answer>>& answer,
                                     reactor::Deadline& call)
    {
        answer = co_await session.begin(call);
    }
    static reactor::Task<> run_ask(session::Session& session, session::Request ask,
                                   std::optional<Result<session::Answer>>& answer,
                                   reactor::Deadline& call)
    {
        answer = co_await session.ask(std::move(ask), call);
    }
    static reactor::Task<> run_pivot(session::Session& session, ActionNode node,
                                     std::optional<Result<session::Answer>>& answer,
                                     reactor::Deadline& call)
    {
        answer = co_await session.pivot(std::move(node), call);
    }

    Result<session::Answer> finish(Running& running)
    {
        run_until(*reactor_, [&] { return running.scope.running() == 0; });
        return std::move(*running.answer);
    }

    std::unique_ptr<reactor::Reactor> reactor_;
    std::unique_ptr<exchange::Exchanges> exchanges_;
    std::unique_ptr<session::Callbacks> callbacks_;
};

}  // namespace pivot::test
