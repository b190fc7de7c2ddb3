#include "abi/outcome.hpp"

#include "abi/boundary.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace {

using pivot::abi::view;

// Null if the outcome is null or has not failed.
const pivot::Failure* failure_of(const pivot_outcome* outcome)
{
    return outcome != nullptr ? outcome->view.failure : nullptr;
}

bool is_processed(const pivot_outcome* outcome)
{
    return outcome != nullptr && outcome->view.kind == pivot::OutcomeKind::processed;
}

pivot_exchange to_c(const pivot::Exchange& exchange)
{
    const pivot::Timings& timings = exchange.timings_us;
    pivot_exchange result = {};
    result.method = static_cast<pivot_method>(exchange.method);
    result.url = view(exchange.url);
    result.final_url = view(exchange.final_url);
    result.status = exchange.status;
    result.content_type = view(exchange.content_type);
    result.redirects = exchange.redirects;
    result.was_reused = exchange.was_reused ? 1 : 0;
    result.address = view(exchange.address);
    result.dns_us = timings.dns;
    result.connect_us = timings.connect;
    result.tls_us = timings.tls;
    result.first_byte_us = timings.first_byte;
    result.total_us = timings.total;
    return result;
}

}  // namespace

pivot_kind pivot_outcome_kind(const pivot_outcome* outcome)
{
    if (outcome == nullptr) return PIVOT_KIND_FAILED;
    return static_cast<pivot_kind>(outcome->view.kind);
}

pivot_text pivot_outcome_call_id(const pivot_outcome* outcome)
{
    return outcome == nullptr ? pivot_text{} : view(outcome->view.call_id);
}

int32_t pivot_outcome_iteration(const pivot_outcome* outcome)
{
    return outcome == nullptr ? 0 : outcome->view.iteration;
}

int64_t pivot_outcome_elapsed_ns(const pivot_outcome* outcome)
{
    return outcome == nullptr ? 0 : outcome->view.elapsed.count();
}

pivot_text pivot_outcome_branch(const pivot_outcome* outcome)
{
    return outcome == nullptr ? pivot_text{} : view(outcome->view.branch());
}

pivot_text pivot_outcome_next(const pivot_outcome* outcome)
{
    return outcome == nullptr ? pivot_text{} : view(outcome->view.next);
}

pivot_format pivot_outcome_format(const pivot_outcome* outcome)
{
    if (!is_processed(outcome)) return PIVOT_FORMAT_NONE;
    return static_cast<pivot_format>(outcome->view.format);
}

pivot_text pivot_outcome_flow(const pivot_outcome* outcome)
{
    return outcome == nullptr ? pivot_text{} : view(outcome->view.flow);
}

pivot_text pivot_outcome_verbs(const pivot_outcome* outcome)
{
    return outcome == nullptr ? pivot_text{} : view(outcome->view.verbs);
}

pivot_reason pivot_outcome_reason(const pivot_outcome* outcome)
{
    const auto* failure = failure_of(outcome);
    return failure == nullptr ? PIVOT_REASON_NONE : static_cast<pivot_reason>(failure->reason);
}

pivot_phase pivot_outcome_phase(const pivot_outcome* outcome)
{
    const auto* failure = failure_of(outcome);
    return failure == nullptr ? PIVOT_PHASE_NONE : static_cast<pivot_phase>(failure->phase);
}

pivot_text pivot_outcome_message(const pivot_outcome* outcome)
{
    const auto* failure = failure_of(outcome);
    return failure == nullptr ? pivot_text{} : view(failure->message);
}

size_t pivot_outcome_error_count(const pivot_outcome* outcome)
{
    const auto* failure = failure_of(outcome);
    return failure == nullptr ? 0 : failure->errors.size();
}

pivot_breach pivot_outcome_error(const pivot_outcome* outcome, size_t index)
{
    if (index >= pivot_outcome_error_count(outcome)) return {};
    const pivot::Breach& breach = failure_of(outcome)->errors[index];
    return {view(breach.at), view(breach.error)};
}

size_t pivot_outcome_warning_count(const pivot_outcome* outcome)
{
    return outcome == nullptr ? 0 : outcome->view.warnings.size();
}

pivot_breach pivot_outcome_warning(const pivot_outcome* outcome, size_t index)
{
    if (index >= pivot_outcome_warning_count(outcome)) return {};
    const pivot::Breach& breach = outcome->view.warnings[index];
    return {view(breach.at), view(breach.error)};
}

pivot_status pivot_outcome_exchange(const pivot_outcome* outcome, pivot_exchange* exchange)
{
    if (outcome == nullptr || exchange == nullptr) return PIVOT_NULL;
    if (exchange->size < pivot::abi::FirstSize<pivot_exchange>::value) return PIVOT_SHORT;
    if (outcome->view.exchange == nullptr) return PIVOT_NOTHING;
    return pivot::abi::guard(nullptr, [outcome, exchange] {
        if (!outcome->exchange) outcome->exchange = outcome->view.exchange->to_exchange();
        pivot_exchange filled = to_c(*outcome->exchange);
        filled.size = exchange->size;
        std::memcpy(exchange, &filled, std::min(exchange->size, sizeof filled));
        return pivot::abi::Checked<void>();
    });
}

pivot_text pivot_outcome_json(const pivot_outcome* outcome)
{
    if (outcome == nullptr) return {};
    pivot::abi::guard(nullptr, [outcome] {
        if (outcome->json.empty()) outcome->json = pivot::Outcome(outcome->view).to_json();
        return pivot::abi::Checked<void>();
    });
    return view(outcome->json);
}
