// A callflow as KAZOO stores it: the keys around the flow.
#pragma once

#include "callflow/rule.hpp"

namespace pivot::callflow {

inline constexpr Property feature_code[] = {
    {"name", string.size(1, 128)},
    {"number", string.size(1, 30)},
};

inline constexpr Property ringback_media[] = {
    {"early", string},
    {"transfer", string},
};

inline constexpr Rule stored_number = string.size(1, 36);
inline constexpr Rule stored_pattern = string.size_at_least(1);

// The keys other than `flow` and `metaflow`, which are trees.
inline constexpr Property stored_callflow_data[] = {
    {"featurecode", object.with(feature_code)},
    {"flags", list_of(string)},
    {"name", string},
    {"numbers", list_of(stored_number).unique().by_default("[]")},
    {"owner_id", string.since_5()},
    {"patterns", list_of(stored_pattern).by_default("[]")},
    {"ringback", object.with(ringback_media)},
};

inline constexpr Rule stored_callflow = object.with(stored_callflow_data);

// Metaflows are flows that the parties of a call start with digits. Their nodes are trees as well,
// below the names checked here.
inline constexpr Property metaflow_data[] = {
    {"binding_digit", string.one_of("1 2 3 4 5 6 7 8 9 0 * #").by_default("*")},
    {"digit_timeout", integer.at_least(0)},
    {"listen_on", string.one_of("both self peer")},
    {"numbers", object.only(Form::digits, anything)},
    {"patterns", object.only(Form::not_empty, anything)},
};

inline constexpr Rule metaflow_bindings = object.with(metaflow_data);

}  // namespace pivot::callflow
