// What is wrong with one JSON text, collected, so that its author mends it in one go.
#pragma once

#include "base/json.hpp"

#include <pivot/failure.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

class Breaches {
public:
    bool is_empty() const { return list_.empty(); }

    // `at` is a JSON pointer, `error` a sentence without a full stop.
    void add(std::string at, std::string error);

    // "expected a boolean, found "true"", and `advice` behind it.
    void add_mismatch(std::string at, std::string_view expected, json::Value found,
                      std::string_view advice = {});

    std::vector<Breach> to_list() && { return std::move(list_); }

    // Its message lists them all: "/voice_url: is missing; /debug: expected a boolean, found 1".
    Failure to_failure(Reason reason, Phase phase) &&;

private:
    std::vector<Breach> list_;
};

// The pointer `base` and below it `name`.
std::string pointer(std::string_view base, std::string_view name);

}  // namespace pivot::exchange
