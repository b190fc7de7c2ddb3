// resources, offnet: a number is called through a carrier.
#include "execute/dialling.hpp"
#include "execute/given_name.hpp"
#include "execute/modules/data.hpp"
#include "execute/modules/dialled.hpp"
#include "execute/modules/endpoints.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/refusal.hpp"
#include "execute/modules/sound.hpp"

#include <utility>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t timeout_s = 120;

std::string dialled_number(const Work& work)
{
    const Call& call = work.call.session().call();
    return call.request.user.empty() ? call.to.user : call.request.user;
}

// `custom_sip_headers`, or its `out`.
void add_headers(Target& target, json::Value data)
{
    auto headers = data.find("custom_sip_headers");
    if (!headers) return;
    if (const auto out = headers->find("out"); out && out->is_object()) headers = out;
    if (!headers->is_object()) return;
    for (const auto [name, value] : headers->members()) {
        if (!value.is_string() || !is_header(name, value.text())) continue;
        target.headers.emplace_back(name, value.text());
    }
}

Task<ModuleEnd> call_out(Work work, Dial dial, Deadline& deadline)
{
    const RingResult result = co_await ring(work.call, std::move(dial), deadline);
    switch (result.kind) {
        case RingResult::Kind::over: co_return end_with(ModuleEnd::Kind::over, "");
        case RingResult::Kind::answered: co_return co_await talk_to(work, result.leg, deadline);
        case RingResult::Kind::failed: break;
    }
    auto end = branch_for(work, result.cause);
    if (end) co_return std::move(*end);
    const std::string_view cause = result.cause.name.empty() ? unspecified : result.cause.name;
    if (work.has_child("_")) co_return go_on_because(cause);
    Refusal refusal = refusal_for(cause);
    co_return co_await refuse(work, std::move(refusal), deadline);
}

}  // namespace

Task<ModuleEnd> resources(Work work, json::Value data, Deadline& deadline)
{
    Dial dial;
    Target& target = dial.targets.emplace_back();
    target.leg = work.call.next_leg();
    target.kind = Target::Kind::number;
    target.address = text(data, "to_did");
    if (target.address.empty()) target.address = dialled_number(work);
    if (target.address.empty()) {
        return at_once(give_up(work, "there is no number to call"), deadline);
    }
    if (!is_user_name(target.address)) {
        return at_once(give_up(work, "what is to be called is no number"), deadline);
    }
    add_headers(target, data);
    if (is_true(data, "emit_account_id")) {
        target.headers.emplace_back("X-Account-ID", work.call.session().call().account_id);
    }
    dial.timeout = time(data, "timeout", std::chrono::seconds(1), timeout_s);
    const std::string_view ringback = text(data, "ringback");
    if (!ringback.empty()) dial.ringback = media_named(work, ringback).what;
    dial.ignores_early_media = is_true(data, "ignore_early_media");
    show_caller_id(work, dial);
    return call_out(work, std::move(dial), deadline);
}

}  // namespace pivot::execute::modules
