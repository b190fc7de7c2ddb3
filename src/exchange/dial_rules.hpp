// Whom the calls of an account may call, and as whom: a customer's document dials at the operator's
// cost.
//
// Pure.
#pragma once

#include "exchange/number_pattern.hpp"

#include <pivot/command.hpp>

#include <string_view>

namespace pivot::exchange {

struct DialRules {
    NumberPatterns numbers;     // that may be called; empty: all
    NumberPatterns caller_ids;  // that may be shown; empty: all

    // Users and dial strings are the operator's own. A SIP URI whose user is a number is a call to
    // that number.
    bool may_call(const Address& address) const;

    // An empty one is the switch's or the caller's own, and `anonymous` is everybody's.
    bool may_show(std::string_view caller_id) const;
};

}  // namespace pivot::exchange
