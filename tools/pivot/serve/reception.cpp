#include "pivot/serve/reception.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

Reception::Reception(Engine& engine, Log& log, const Settings& settings)
    : engine_(engine), log_(log)
{
    reload(settings);
}

void Reception::reload(const Settings& settings)
{
    auto rules = std::make_shared<const Rules>(settings.actions, settings.account_id);
    const std::scoped_lock lock(mutex_);
    rules_ = std::move(rules);
}

std::shared_ptr<const Reception::Rules> Reception::rules() const
{
    const std::scoped_lock lock(mutex_);
    return rules_;
}

bool Reception::begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket)
{
    const auto rules = this->rules();
    const std::string call_id = arrival.call.call_id;
    const auto refuse = [&](std::string_view why) {
        log_.write(LogLevel::warning, call_id, fmt::format("refused: {}", why));
        return false;
    };
    auto node = rules->actions.choose(arrival.said, arrival.called);
    if (!node) return refuse(node.error());
    SessionRequest request;
    request.request.call = std::move(arrival.call);
    request.request.node = std::move(*node);
    std::string& account_id = request.request.call.account_id;
    if (account_id.empty()) account_id = rules->account_id;
    const auto started = engine_.start(request, channel, ticket);
    if (!started) return refuse(started.error().message);
    return true;
}

void Reception::note_end(std::string_view call_id, const SessionEnd& end)
{
    const bool has_failed = !end.failure.empty();
    const LogLevel level = has_failed ? LogLevel::warning : LogLevel::debug;
    if (!log_.shows(level)) return;
    std::string text = has_failed ? fmt::format("failed: {}", end.failure) : "ended";
    if (has_failed && !end.branch.empty()) text += "; there is no branch _ to go on with";
    if (!end.cause.name.empty()) text += fmt::format("; {}", end.cause.name);
    log_.write(level, call_id, text);
}

}  // namespace pivot::tools
