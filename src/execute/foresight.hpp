// What a call would warn of in a TwiML document, as far as the document tells, and what would never
// be performed.
//
// Names, numbers and URLs are judged by the verbs' own functions (verbs/flaw.hpp,
// verbs/callee.hpp). What a switch can do, and who is in a directory, only a call knows.
#pragma once

#include "net/address_policy.hpp"
#include "twiml/document.hpp"

#include <vector>

namespace pivot::execute {

// In any order. URLs are judged by `policy` as far as their spelling tells.
std::vector<twiml::Remark> foresee(const twiml::Document& document,
                                   const net::AddressPolicy& policy);

}  // namespace pivot::execute
