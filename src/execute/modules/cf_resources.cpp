// resources, offnet: call a number through a carrier.
#include "base/text.hpp"
#include "execute/modules/caller_id.hpp"
#include "execute/modules/dial_outcome.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/modules/refusal.hpp"
#include "execute/modules/sip_headers.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr std::int64_t timeout_s = 120;

std::string dialled_number(const Work& work)
{
    const Call& call = work.call.session().call();
    return call.request.user.empty() ? call.to.user : call.request.user;
}

Task<ModuleEnd> call_out(Work work, Dial dial, Deadline& deadline)
{
    const jobs::RingResult result = co_await jobs::ring(work.call, std::move(dial), deadline);
    switch (result.kind) {
        case jobs::RingResult::Kind::over: co_return over();
        case jobs::RingResult::Kind::answered:
            co_return co_await talk_to(work, result.leg, deadline);
        case jobs::RingResult::Kind::failed: break;
    }
    auto end = branch_for(work, result);
    if (end) co_return std::move(*end);
    const std::string_view cause = result.cause.name.empty() ? unspecified : result.cause.name;
    if (work.has_child("_")) co_return go_on_because(cause);
    Refusal refusal = refusal_for(work, cause);
    co_return co_await refuse(work, std::move(refusal), deadline);
}

}  // namespace

Task<ModuleEnd> resources(Work work, json::Value data, Deadline& deadline)
{
    Dial dial;
    Target& target = dial.targets.emplace_back();
    target.leg = work.call.next_leg();
    std::string written(text(data, "to_did"));
    if (written.empty()) written = dialled_number(work);
    if (written.empty()) return ready(give_up(work, "there is no number to call"), deadline);
    const DialledNumber number = DialledNumber::of(written);
    if (number.empty()) {
        return ready(give_up(work, fmt::format("\"{}\" is not a phone number", printable(written))),
                     deadline);
    }
    target.address = Address(number);
    add_headers(work, target.headers, data);
    if (is_true(data, "emit_account_id")) {
        add_header(work, target.headers, "X-Account-ID", work.call.session().call().account_id);
    }
    dial.timeout = time(data, "timeout", std::chrono::seconds(1), timeout_s);
    dial.ringback = ringback_named(work, text(data, "ringback"));
    dial.ignores_early_media = is_true(data, "ignore_early_media");
    show_caller_id(work, dial);
    return call_out(work, std::move(dial), deadline);
}

}  // namespace pivot::execute::modules
