// A TwiML document as an outcome shows it to a host that performs it.
#pragma once

#include "twiml/document.hpp"

#include <pivot/failure.hpp>

#include <optional>
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
    const Breach* unknown_element() const { return unknown_ ? &*unknown_ : nullptr; }
    bool has_unknown_verbs() const { return has_unknown_verbs_; }

private:
    std::string verbs_;
    std::vector<Breach> warnings_;
    std::optional<Breach> unknown_;
    bool has_unknown_verbs_ = false;
};

}  // namespace pivot::exchange
