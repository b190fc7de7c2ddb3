// The JSON text of an action: a pivot node, a document whose `flow` is one, or bare data.
#pragma once

#include "base/json.hpp"

#include <pivot/failure.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pivot::tools {

struct ActionData {
    json::Value value;
    std::string at;  // its JSON pointer
};

// None: a node without data.
std::optional<ActionData> data_of_action(json::Value root);

// What nobody reads in it. None where it is not JSON.
std::vector<Breach> action_warnings(const std::string& text);

}  // namespace pivot::tools
