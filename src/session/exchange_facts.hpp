// What a debug record says about a request.
#pragma once

#include "exchange/request.hpp"
#include "session/debug_record.hpp"
#include "twiml/document.hpp"

#include <span>
#include <string>
#include <vector>

namespace pivot::session {

// The request as it was asked last, with extras. The facts have views of it and of its response,
// which die when anything else is asked on this reactor.
DebugFacts facts_of(const exchange::Request& request);

// What was wrong with an answer and did no harm.
void add_warnings(std::vector<std::string>& warnings, std::span<const Breach> of_flow);
void add_warnings(std::vector<std::string>& warnings, const twiml::Document& document);

}  // namespace pivot::session
