// The parameters of one request of a session.
//
// Its own parameters take precedence over those of the call, and those over user variables.
#pragma once

#include "exchange/call_facts.hpp"
#include "exchange/parameter.hpp"
#include "exchange/parameters.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <span>
#include <string>

namespace pivot::session {

struct RequestFacts {
    exchange::CallFacts call;
    Format format = Format::kazoo;
    std::string_view call_status;                    // empty: unknown
    std::span<const exchange::Parameter> own;        // of this request
    std::span<const exchange::Parameter> variables;  // of the user
    bool is_document = false;                        // a TwiML document asks
};

// Lists them. Fails with invalid_json, as Parameters::read does. The facts outlive the list.
Result<void> list_parameters(exchange::Parameters& parameters, const RequestFacts& facts);

// The same for a callback, which may be about another leg: its own parameters replace any other.
Result<void> list_callback(exchange::Parameters& parameters, const RequestFacts& facts);

// Its own parameters, and nothing of the call.
void list_own(exchange::Parameters& parameters, const RequestFacts& facts);

}  // namespace pivot::session
