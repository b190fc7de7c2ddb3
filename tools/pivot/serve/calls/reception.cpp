#include "pivot/serve/calls/reception.hpp"

#include "base/clock.hpp"
#include "engine/instruments.hpp"
#include "exchange/redaction.hpp"
#include "pivot/serve/numbers/numbers_file.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// `configured` has the actions that the text refers to.
tl::expected<Actions, std::string> read_numbers(std::string_view text, const Actions& configured)
{
    Actions actions = configured.named();
    const auto added = add_numbers(text, actions);
    if (!added) return tl::unexpected(added.error());
    return actions;
}

}  // namespace

Reception::Reception(Engine& engine, Log& log, CallHistory& history, CallLedger* ledger,
                     const Settings& settings)
    : engine_(engine), log_(log), history_(history), ledger_(ledger)
{
    reload(settings);
    if (ledger_ == nullptr) return;
    for (const KnownCall& lost : ledger_->take_lost()) {
        end_lost(lost.facts, lost.began_unix_ms, lost.row);
    }
}

void Reception::reload(const Settings& settings)
{
    const EngineConfig::Media& media = settings.engine.media;
    RecordingSettings recordings;
    if (!media.path.empty()) recordings.folder = media.path + "/recordings";
    recordings.keys = {media.recordings_key, media.recordings_key_before};
    const std::scoped_lock changing(change_mutex_);
    Actions actions = settings.actions;
    auto fetched = read_numbers(fetched_, settings.actions);
    if (fetched) actions.add_missing(std::move(*fetched));
    set({settings.actions, std::move(actions), settings.fallback, settings.account_id,
         std::move(recordings), settings.cdr});
}

tl::expected<void, std::string> Reception::check(const Settings& settings) const
{
    const std::scoped_lock changing(change_mutex_);
    const auto fetched = read_numbers(fetched_, settings.actions);
    if (fetched) return {};
    return tl::unexpected("the numbers of numbers_url do not fit it: line " + fetched.error());
}

tl::expected<std::size_t, std::string> Reception::take_numbers(const std::string& text)
{
    const std::scoped_lock changing(change_mutex_);
    Rules changed = *rules();
    auto fetched = read_numbers(text, changed.configured);
    if (!fetched) return tl::unexpected(std::move(fetched.error()));
    const std::size_t count = fetched->numbers();
    changed.actions = changed.configured;
    changed.actions.add_missing(std::move(*fetched));
    set(std::move(changed));
    fetched_ = text;
    return count;
}

void Reception::set(Rules rules)
{
    auto next = std::make_shared<const Rules>(std::move(rules));
    const std::scoped_lock lock(mutex_);
    rules_ = std::move(next);
}

std::shared_ptr<const Reception::Rules> Reception::rules() const
{
    const std::scoped_lock lock(mutex_);
    return rules_;
}

std::optional<Refusal> Reception::begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket)
{
    const std::string own_id =
        arrival.own_id.empty() ? arrival.call.call_id : std::move(arrival.own_id);
    CallFacts facts;
    facts.id = own_id;
    facts.switch_id = arrival.channel_id;
    facts.front = arrival.front;
    facts.from = arrival.call.from.user;
    facts.called = arrival.called;
    SessionRequest request;
    auto refusal = prepare(arrival, request, facts);
    note_begin(std::move(facts), unix_now_ms());
    if (!refusal) {
        const auto started =
            engine::Instruments::start(engine_, std::move(request), channel, ticket);
        if (!started) refusal = Refusal{started.error().message};
    }
    if (refusal) {
        keep_refused(own_id, refusal->why);
    } else {
        history_.set_ticket(own_id, ticket);
    }
    return refusal;
}

void Reception::expect(OutboundCall call, std::string_view front)
{
    CallFacts facts;
    facts.front = front;
    facts.id = call.call.call_id;
    facts.account_id = call.call.account_id;
    facts.from = call.call.from.user;
    facts.called = call.callee.text();
    facts.action = exchange::redact(call.node.action->voice_url);
    std::string& cdr_url = call.node.action->cdr_url;
    if (cdr_url.empty()) cdr_url = rules()->cdr.url_of(facts.account_id);
    facts.is_outbound = true;
    facts.is_ringing = true;
    std::string id = facts.id;
    const std::int64_t now = unix_now_ms();
    note_begin(std::move(facts), now);
    const std::scoped_lock lock(mutex_);
    expected_.emplace(std::move(id), Expected{std::move(call), now});
}

std::optional<Reception::Expected> Reception::take_expected(std::string_view call_id)
{
    const std::scoped_lock lock(mutex_);
    const auto found = expected_.find(call_id);
    if (found == expected_.end()) return std::nullopt;
    Expected taken = std::move(found->second);
    expected_.erase(found);
    return taken;
}

std::string Reception::begin_outbound(std::string_view call_id, Channel& channel,
                                      Engine::Ticket& ticket)
{
    auto expected = take_expected(call_id);
    if (!expected) return "nobody has asked for this call";
    SessionRequest request;
    request.request.call = std::move(expected->call.call);
    request.request.node = std::move(expected->call.node);
    request.permit = std::move(expected->call.permit);
    request.started_unix_ms = expected->began_unix_ms;
    request.answered_unix_ms = unix_now_ms();
    const auto started = engine::Instruments::start(engine_, std::move(request), channel, ticket);
    if (started) {
        history_.set_ticket(call_id, ticket);
        return {};
    }
    keep_refused(call_id, started.error().message);
    return started.error().message;
}

void Reception::note_unanswered(std::string_view call_id, const Cause& cause, std::string_view why)
{
    auto expected = take_expected(call_id);
    if (!expected) return;
    const std::string text = why.empty() ? fmt::format("nobody answers: {}", cause.name)
                                         : fmt::format("cannot be made: {}", why);
    note(call_id, why.empty() ? LogLevel::info : LogLevel::warning, text);
    SessionRequest request;
    request.request.call = std::move(expected->call.call);
    request.request.node = std::move(expected->call.node);
    request.started_unix_ms = expected->began_unix_ms;
    engine_.leave_cdr(request, cause);
    keep(history_.end_unanswered(call_id, cause, why, unix_now_ms()));
}

void Reception::refuse(CallFacts facts, std::string_view why)
{
    const std::string call_id = facts.id;
    facts.account_id = own_account(std::move(facts.account_id));
    note_begin(std::move(facts), unix_now_ms());
    keep_refused(call_id, why);
}

void Reception::keep_refused(std::string_view call_id, std::string_view why)
{
    log_.write(LogLevel::warning, call_id, fmt::format("refused: {}", why));
    keep(history_.refuse(call_id, why, unix_now_ms()));
}

// Returns why the call cannot be taken.
std::optional<Refusal> Reception::prepare(Arrival& arrival, SessionRequest& request,
                                          CallFacts& facts)
{
    const auto rules = this->rules();
    std::string& account_id = arrival.call.account_id;
    if (account_id.empty()) account_id = rules->account_id;
    facts.account_id = account_id;
    if (!can_keep()) {
        ++calls_without_row_;
        return Refusal{"no row can be written for it: the disk is full, or has failed"};
    }
    auto node = arrival.action ? tl::expected<ActionNode, std::string>(std::move(*arrival.action))
                               : rules->actions.choose(arrival.said, arrival.called);
    if (!node) {
        ++calls_without_action_;
        return Refusal{std::move(node.error()), true};
    }
    // A switch that parses the action itself continues with its own children.
    if (!arrival.action && node->next.empty()) node->next = rules->fallback;
    facts.action = exchange::redact(node->action->voice_url);
    std::string& cdr_url = node->action->cdr_url;
    if (cdr_url.empty()) cdr_url = rules->cdr.url_of(account_id);
    request.request.call = std::move(arrival.call);
    request.request.node = std::move(*node);
    request.answered_unix_ms = arrival.answered_unix_ms;
    request.at_end = arrival.at_end;
    return std::nullopt;
}

bool Reception::redirect(std::string_view call_id, std::string_view account_id, Redirected where)
{
    const auto ticket = history_.ticket_of(call_id, account_id);
    if (!ticket) return false;
    note(call_id, LogLevel::debug, "is redirected to " + exchange::redact(where.url));
    return engine_.tell(*ticket, std::move(where));
}

// So that the next process knows of it if this one is killed.
void Reception::note_begin(CallFacts facts, std::int64_t unix_ms)
{
    const std::int64_t row = ledger_ == nullptr ? 0 : ledger_->begin(facts, unix_ms);
    history_.begin(std::move(facts), unix_ms, row);
}

void Reception::note_lost(CallFacts facts, std::int64_t began_unix_ms, std::string_view text)
{
    if (!history_.knows_channel(facts.switch_id)) {
        if (facts.account_id.empty()) facts.account_id = rules()->account_id;
        facts.id = own_id(std::move(facts.id));
        end_lost(facts, began_unix_ms == 0 ? unix_now_ms() : began_unix_ms, 0);
    }
    note_channel(facts.switch_id, LogLevel::warning, text);
}

void Reception::note_channel(std::string_view channel_id, LogLevel level, std::string_view text)
{
    const auto id = history_.note_channel(channel_id, level, text, unix_now_ms());
    log_.write(level, id ? std::string_view(*id) : channel_id, text);
}

// When it has ended is not known. It has no CDR, since nobody knows what happened in it.
void Reception::end_lost(const CallFacts& facts, std::int64_t began_unix_ms, std::int64_t row)
{
    SessionEnd end;
    end.failure = CallHistory::lost;
    history_.begin(facts, began_unix_ms, row);
    log_.write(LogLevel::warning, facts.id, end.failure);
    keep(history_.end(facts.id, end, unix_now_ms()));
}

void Reception::keep(std::optional<KnownCall> ended)
{
    if (ended && ledger_ != nullptr) ledger_->add(std::move(*ended));
}

void Reception::note(std::string_view call_id, LogLevel level, std::string_view text)
{
    log_.write(level, call_id, text);
    history_.note(call_id, level, text, unix_now_ms());
}

void Reception::note_end(std::string_view call_id, const SessionEnd& end)
{
    const bool has_failed = !end.failure.empty();
    std::string text = has_failed ? fmt::format("failed: {}", end.failure) : "ended";
    if (has_failed && !end.branch.empty()) text += "; there is no branch _ to go on with";
    if (!end.cause.name.empty()) text += fmt::format("; {}", end.cause.name);
    note(call_id, has_failed ? LogLevel::warning : LogLevel::debug, text);
    keep(history_.end(call_id, end, unix_now_ms()));
}

}  // namespace pivot::tools
