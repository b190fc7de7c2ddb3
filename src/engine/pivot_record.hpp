// What an attempt of a pivot leaves, if its action has `debug`: the record that an exchange of a
// session leaves. Made before anything else is asked.
#pragma once

#include "engine/pending_pivot.hpp"
#include "exchange/answer.hpp"
#include "session/debug_record.hpp"

#include <pivot/failure.hpp>

namespace pivot::engine {

session::DebugRecord record_of(const PendingPivot& pivot, const exchange::AnswerView& answer);
session::DebugRecord record_of(const PendingPivot& pivot, const Failure& failure);

}  // namespace pivot::engine
