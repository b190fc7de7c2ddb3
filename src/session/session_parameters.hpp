// The parameters of one request of a session.
//
// What this request is about goes before what a name stands for in the call, and that before a user
// variable.
#pragma once

#include "exchange/call_facts.hpp"
#include "exchange/parameters.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <span>
#include <string>

namespace pivot::session {

struct SessionParameter {
    std::string name;
    std::string value;
};

struct SessionFacts {
    exchange::CallFacts call;
    Format format = Format::kazoo;
    std::string_view call_status;                 // as the session was told; empty: not yet
    std::span<const SessionParameter> own;        // of this request
    std::span<const SessionParameter> variables;  // of the user
    bool is_document = false;                     // a TwiML document asks
};

// Lists them. Fails with invalid_json, as Parameters::read does. The facts outlive the list.
Result<void> list_parameters(exchange::Parameters& parameters, const SessionFacts& facts);

// The same for a notice, which may be about another leg: what it says goes before all.
Result<void> list_notice(exchange::Parameters& parameters, const SessionFacts& facts);

// What it says, and nothing of the call.
void list_own(exchange::Parameters& parameters, const SessionFacts& facts);

}  // namespace pivot::session
