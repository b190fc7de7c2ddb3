// Everything that is wrong with one JSON text, collected so that its author can fix it in one go.
#pragma once

#include "base/json.hpp"

#include <pivot/failure.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pivot::inline base::json {

class Breaches {
public:
    bool is_empty() const { return list_.empty(); }

    // `at` is a JSON pointer, `error` a sentence without a full stop.
    void add(std::string at, std::string error);

    // Adds `expected a boolean, found "true"`, followed by `advice`.
    void add_mismatch(std::string at, std::string_view expected, Value found,
                      std::string_view advice = {});

    std::vector<Breach> to_list() && { return std::move(list_); }

    // The message lists them all: "/voice_url: is missing; /debug: expected a boolean, found 1".
    Failure to_failure(Reason reason, Phase phase) &&;

private:
    std::vector<Breach> list_;
};

}  // namespace pivot::inline base::json
