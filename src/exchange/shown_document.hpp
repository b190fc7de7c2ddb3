// A TwiML document as an outcome shows it to a host that performs it.
#pragma once

#include "twiml/document.hpp"

#include <pivot/failure.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

class ShownDocument {
public:
    explicit ShownDocument(const twiml::Document& document);

    std::string_view verbs() const { return verbs_; }  // a JSON array
    std::span<const Breach> warnings() const { return warnings_; }

private:
    std::string verbs_;
    std::vector<Breach> warnings_;
};

}  // namespace pivot::exchange
