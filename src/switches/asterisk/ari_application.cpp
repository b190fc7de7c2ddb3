#include "switches/asterisk/ari_application.hpp"

#include "base/json.hpp"
#include "reactor/wait.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/q850.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

std::vector<std::string> ids_of(const std::string& json, std::string_view what)
{
    std::vector<std::string> ids;
    json::Document document(8);
    const auto root = document.read(json);
    const auto listed = root ? root->find(what) : std::nullopt;
    if (!listed || !listed->is_array()) return ids;
    for (const json::Value id : listed->elements()) ids.emplace_back(id.text());
    return ids;
}

}  // namespace

AriApplication::AriApplication(reactor::Reactor& reactor, reactor::Scope& scope, AriCommands& ari,
                               Attendant& attendant, Mixes& mixes, Names& names,
                               const SwitchSettings& settings)
    : settings_(settings),
      switchboard_{reactor, scope, ari, attendant, settings_, mixes, names, {}, {}},
      orphans_(switchboard_, [this](std::string_view channel) { return is_here(channel); })
{
}

AriApplication::~AriApplication()
{
    assert(calls_.empty());
    assert(originations_.empty());
    switchboard_.reactor.timers().stop(*this);
}

// ---- events -------------------------------------------------------------------------------------

void AriApplication::heard(std::string_view json)
{
    const AriEvent event = reader_.read(json);
    if (const auto* start = std::get_if<StasisStart>(&event)) return enter(*start);
    if (!std::holds_alternative<ApplicationReplaced>(event)) return pass_on(event);
    switchboard_.attendant.warn(
        "", fmt::format("another client has registered the application {} with Asterisk, and gets "
                        "its calls: give each an application of its own",
                        settings_.application));
}

// These are not new calls: a channel that takes a party's place after a transfer, and one whose
// call has just ended. A caller who is already here left and came back, and the end was missed.
// Channels that we made are legs of a call; one that no call wants any more came too late.
void AriApplication::enter(const StasisStart& start)
{
    const std::string id(start.channel.id);
    const auto replaced = switchboard_.owners.find(start.replaced);
    if (replaced != switchboard_.owners.end()) {
        return replaced->second->replace(std::string(start.replaced), id);
    }
    if (!start.replaced.empty()) {
        return switchboard_.scope.spawn(hang_up(id, switchboard_.reactor));
    }
    const auto owner = switchboard_.owners.find(id);
    AriChannel* const before = owner == switchboard_.owners.end() ? nullptr : owner->second;
    if (Names::is_leg(id)) {
        if (Origination* const origination = origination_of(id)) {
            return enter_answered(start, *origination);
        }
        if (before != nullptr) return before->hear(start);
        return switchboard_.scope.spawn(hang_up(id, switchboard_.reactor));
    }
    if (before != nullptr) {
        rest(*before);
        if (!before->is_given_back()) before->lose();
    }
    add_call(start).arrive(takes_calls_ ? "" : "Pivot takes no more calls");
}

AriChannel& AriApplication::add_call(const StasisStart& start)
{
    auto call = std::make_unique<AriChannel>(switchboard_, start,
                                             [this](AriChannel& over) { remove(over); });
    AriChannel& added = *call;
    calls_.emplace(&added, std::move(call));
    return added;
}

// An origination that was given up in the meantime is being hung up.
void AriApplication::enter_answered(const StasisStart& start, Origination& origination)
{
    if (origination.is_over()) return;
    origination.hand_over();
    add_call(start).arrive_answered(origination.call());
}

Origination* AriApplication::origination_of(std::string_view channel) const
{
    const auto found = std::ranges::find_if(originations_, [channel](const auto& origination) {
        return origination->channel() == channel;
    });
    return found == originations_.end() ? nullptr : found->get();
}

void AriApplication::originate(const OutboundCall& call)
{
    originations_.push_back(
        std::make_unique<Origination>(switchboard_, call, [this](Origination& over) {
            std::erase_if(originations_, [&over](const auto& each) { return each.get() == &over; });
        }));
    originations_.back()->begin();
}

void AriApplication::give_up_originations()
{
    for (const auto& origination : originations_) origination->give_up();
}

// Calls that are back in the dialplan need the end of their channel, too.
void AriApplication::pass_on(const AriEvent& event)
{
    const std::string_view id = channel_of(event);
    if (std::holds_alternative<ChannelHangupRequest>(event) ||
        std::holds_alternative<ChannelDestroyed>(event)) {
        const auto [begin, end] = resting_.equal_range(id);
        for (auto call = begin; call != end; ++call) call->second->hear(event);
    }
    const auto found = switchboard_.owners.find(id);
    if (found == switchboard_.owners.end()) {
        if (Origination* const origination = origination_of(id)) origination->hear(event);
        return;
    }
    AriChannel& call = *found->second;
    call.hear(event);
    if (std::holds_alternative<StasisEnd>(event) && call.id() == id) rest(call);
}

void AriApplication::rest(AriChannel& call)
{
    call.disown(call.id());
    resting_.emplace(call.id(), &call);
}

void AriApplication::remove(AriChannel& call)
{
    std::erase_if(resting_, [&call](const auto& other) { return other.second == &call; });
    calls_.erase(&call);
}

// ---- the connection -----------------------------------------------------------------------------

void AriApplication::connected()
{
    switchboard_.reactor.timers().stop(*this);
    std::vector<std::string> known;
    for (const auto& [address, call] : calls_) known.push_back(call->id());
    switchboard_.scope.spawn(look_around(std::move(known), switchboard_.reactor));
}

void AriApplication::lost(std::string_view)
{
    reactor::Reactor& reactor = switchboard_.reactor;
    if (!is_set()) reactor.timers().set(*this, reactor.now() + reconnect_grace_ns);
}

// Asterisk may still be there with the callers, for example if another client has the application.
void AriApplication::fired()
{
    std::vector<std::string> left;
    for (const auto& [address, call] : calls_) {
        if (!call->is_given_back()) left.push_back(call->id());
    }
    lose_all();
    switchboard_.scope.spawn(orphans_.settle(std::move(left), switchboard_.reactor));
}

bool AriApplication::has_callers() const
{
    return std::ranges::any_of(calls_,
                               [](const auto& call) { return !call.second->is_given_back(); });
}

void AriApplication::hang_up_call(std::string_view call_id)
{
    const auto found = std::ranges::find_if(
        calls_, [call_id](const auto& call) { return call.second->call_id() == call_id; });
    if (found != calls_.end()) return found->second->be_hung_up();
    for (const auto& origination : originations_) {
        if (origination->call().call_id == call_id) origination->give_up();
    }
}

// A call that is back in the dialplan may have ended normally before.
void AriApplication::lose_all()
{
    for (const auto& [address, call] : calls_) {
        if (call->is_given_back()) {
            call->lose();
            continue;
        }
        switchboard_.attendant.warn(call->call_id(),
                                    "Asterisk cannot be reached, or was started anew: for Pivot "
                                    "the call is over");
        call->lose(q850::out_of_order);
    }
    for (const auto& origination : originations_) origination->lose();
}

// `known` are the channels of the calls that existed when the connection was made.
reactor::Task<> AriApplication::look_around(std::vector<std::string> known,
                                            reactor::Reactor& reactor)
{
    const bool is_another = co_await has_restarted(reactor);
    if (is_another) lose_all();
    reactor::Deadline deadline(reactor, reactor.now() + 3 * Requests::timeout_ns);
    const AriRequest request = get_request(target_of("applications", settings_.application));
    const auto answer = co_await ask_persistently(switchboard_.ari, request, deadline);
    if (!answer && answer.error().reason == Reason::cancelled) co_return;
    if (!has_succeeded(answer)) {
        switchboard_.attendant.warn(
            "", fmt::format("which calls Asterisk has is not known, and callers of an earlier "
                            "process may hear silence: {}",
                            why_of(answer)));
        co_return;
    }
    std::vector<std::string> present = ids_of(answer->body, "channel_ids");
    for (const auto& [address, call] : calls_) {
        const bool was_known = std::ranges::find(known, call->id()) != known.end();
        const bool is_present = std::ranges::find(present, call->id()) != present.end();
        if (!was_known) continue;
        if (!is_present) {
            call->lose();
        } else if (!call->has_left()) {
            call->look_again();
        }
    }
    std::vector<std::string> bridges = ids_of(answer->body, "bridge_ids");
    co_await orphans_.remove_bridges(std::move(bridges), deadline);
    co_await settle_unknown(std::move(present), reactor);
}

reactor::Task<bool> AriApplication::has_restarted(reactor::Reactor& reactor)
{
    reactor::Deadline deadline(reactor, reactor.now() + Requests::timeout_ns);
    const AriRequest request = get_request("asterisk/info?only=status");
    const auto answer = co_await switchboard_.ari.ask(request, deadline);
    if (!has_succeeded(answer)) co_return false;
    json::Document document(8);
    const auto root = document.read(answer->body);
    const auto status = root ? root->find("status") : std::nullopt;
    const auto started = status ? status->find("startup_time") : std::nullopt;
    if (!started) co_return false;
    const std::string before = std::exchange(started_at_, std::string(started->text()));
    co_return !before.empty() && before != started_at_;
}

bool AriApplication::is_known(std::string_view channel) const
{
    return switchboard_.owners.contains(channel) || resting_.contains(channel) ||
           origination_of(channel) != nullptr;
}

bool AriApplication::is_here(std::string_view channel) const
{
    const auto owner = switchboard_.owners.find(channel);
    return owner != switchboard_.owners.end() && !owner->second->has_left();
}

reactor::Task<> AriApplication::settle_unknown(std::vector<std::string> present,
                                               reactor::Reactor& reactor)
{
    std::erase_if(present, [this](const std::string& id) { return is_known(id); });
    if (present.empty() && settings_.is_for_one_call) co_return;
    if (!present.empty()) {
        reactor::Deadline deadline(reactor, never);
        co_await reactor::Sleep(reactor.now() + settings_.orphan_wait_ns, deadline);
        std::erase_if(present, [this](const std::string& id) { return is_known(id); });
    }
    co_await orphans_.settle(std::move(present), reactor);
}

reactor::Task<> AriApplication::hang_up(std::string channel, reactor::Reactor& reactor)
{
    reactor::Deadline deadline(reactor, reactor.now() + Requests::timeout_ns);
    const AriRequest request = delete_request(target_of("channels", channel));
    co_await switchboard_.ari.ask(request, deadline);
}

}  // namespace pivot::switches::asterisk
