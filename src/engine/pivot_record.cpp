#include "engine/pivot_record.hpp"

#include "exchange/attempts.hpp"
#include "session/exchange_facts.hpp"

#include <fmt/format.h>

namespace pivot::engine {

namespace {

session::DebugFacts facts_of(const PendingPivot& pivot)
{
    session::DebugFacts facts;
    if (pivot.attempts != nullptr) {
        facts = session::facts_of(pivot.attempts->request());
    } else {
        facts.is_given = true;
        facts.response_body = pivot.request.flow_doc();
    }
    facts.call_id = pivot.request.call_id();
    facts.account_id = pivot.request.account_id();
    facts.iteration = pivot.request.iteration();
    for (const auto& [at, error] : pivot.request.warnings()) {
        facts.warnings.push_back(fmt::format("{} of the action: {}", at, error));
    }
    const bool has_warning = pivot.attempts != nullptr && !pivot.attempts->warning().empty();
    if (has_warning) facts.warnings.emplace_back(pivot.attempts->warning());
    return facts;
}

}  // namespace

session::DebugRecord record_of(const PendingPivot& pivot, const exchange::AnswerView& answer)
{
    session::DebugFacts facts = facts_of(pivot);
    if (answer.document != nullptr) session::add_warnings(facts.warnings, *answer.document);
    session::add_warnings(facts.warnings, answer.warnings);
    return session::DebugRecord(facts);
}

session::DebugRecord record_of(const PendingPivot& pivot, const Failure& failure)
{
    session::DebugFacts facts = facts_of(pivot);
    facts.failure = &failure;
    return session::DebugRecord(facts);
}

}  // namespace pivot::engine
