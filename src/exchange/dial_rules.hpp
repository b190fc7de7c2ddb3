// The numbers that an account's calls may dial, and those that they may show: a customer's document
// dials at the operator's cost.
//
// Pure.
#pragma once

#include "exchange/number_pattern.hpp"

#include <pivot/command.hpp>

#include <string_view>

namespace pivot::exchange {

struct DialRules {
    NumberPatterns numbers;     // may be called; if empty, all may
    NumberPatterns caller_ids;  // may be shown; if empty, all may

    // Users and dial strings are the operator's own and always allowed. A SIP URI whose user is a
    // number counts as a call to that number.
    bool may_call(const Address& address) const;

    // An empty caller id stands for the switch's or the caller's own. That and `anonymous` are
    // always allowed.
    bool may_show(std::string_view caller_id) const;
};

}  // namespace pivot::exchange
