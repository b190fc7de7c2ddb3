// Whom a Dial means. Pure: a call and `pivot check` read it alike.
#pragma once

#include "execute/verbs/flaw.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pivot::execute::verbs {

// They ring at once, or one after the other.
inline constexpr std::size_t callees_max = 10;

// The warning for a Dial of which so many nouns are left out.
std::string too_many_callees(std::size_t left_out);

struct Callee {
    Address address;  // of an endpoint its name, which a directory may know better
    OpaqueText username = {};
    OpaqueText password = {};
    std::vector<SipHeader> headers = {};
};

// The noun of a Dial, or the text of one without nouns. Nobody, with a warning, where it cannot be
// called.
std::optional<Callee> read_callee(twiml::Element noun, const Warn& warn);
std::optional<Callee> read_callee_of_text(twiml::Element dial, const Warn& warn);

}  // namespace pivot::execute::verbs
