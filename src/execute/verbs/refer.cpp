// <Refer>: the caller's side is asked to call somebody else.
#include "base/text.hpp"
#include "execute/permits.hpp"
#include "execute/verbs/dial_legs.hpp"
#include "execute/verbs/verb.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace pivot::execute::verbs {

namespace {

std::string_view refer_status(const Referred& referred)
{
    const bool was_taken = referred.sip_code / 100 == 2;
    const int code = was_taken ? referred.notify_code : referred.sip_code;
    if (was_taken && code < 300) return "in-progress";
    constexpr int timeout = 408;
    return code == timeout ? "no-answer" : status_of(Cause{"", code});
}

// A side that takes a REFER and tells nothing more leaves it open what came of it.
Parameters refer_results(const Referred& referred)
{
    const bool is_open = referred.sip_code / 100 == 2 && referred.notify_code == 0;
    Parameters parameters;
    if (!is_open) parameters.push_back({"ReferCallStatus", std::string(refer_status(referred))});
    if (referred.sip_code != 0) {
        parameters.push_back({"ReferSipResponseCode", std::to_string(referred.sip_code)});
    }
    if (referred.notify_code != 0) {
        parameters.push_back({"NotifySipResponseCode", std::to_string(referred.notify_code)});
    }
    return parameters;
}

// Without the headers that a SIP URI may have, which no switch is handed.
SipUri target_of(LiveCall& call, twiml::Element noun)
{
    const std::string_view uri = noun.text();
    const std::size_t query = uri.find('?');
    if (query != uri.npos) call.warn(where(noun), "Sip: the headers of a Refer are not sent");
    return SipUri::of(uri.substr(0, query));
}

}  // namespace

// `action` is told even when the caller has hung up, as most phones do when they are connected
// elsewhere.
Task<NextStep> perform_refer(LiveCall& call, twiml::Element refer, Deadline& deadline)
{
    Refer order;
    for (const twiml::Element noun : refer.children()) order.target = target_of(call, noun);
    Referred referred;
    JobId job = 0;  // the switch cannot refer, or there is nobody to refer to
    if (!order.target.empty()) referred.why = objection_to(call, Address(order.target));
    const bool may_refer = !order.target.empty() && referred.why.empty();
    if (may_refer) job = call.begin(caller, std::move(order));
    if (job != 0) {
        const Finished finished = co_await call.finish(job, Until(), deadline);
        referred = std::get<Referred>(finished.end);
        co_await call.catch_up(deadline);
    }
    const bool was_taken = referred.sip_code / 100 == 2;
    if (!was_taken && !call.is_over()) {
        call.warn(where(refer),
                  with_reason("Refer: the switch did not refer the caller", referred.why));
    }
    co_return conclude(call, refer, refer_results(referred));
}

}  // namespace pivot::execute::verbs
