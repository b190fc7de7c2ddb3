// Finds the action of a call: the switch's own, else that of the called number, else the default.
//
//     the switch: a URL, a name or JSON ─► numbers: exact ─► numbers: longest prefix ─► default
//
// An action is referred to by its URL or by its name in the configuration.
#pragma once

#include <pivot/action.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::tools {

class Actions {
public:
    // Errors are sentences without a full stop.
    using Done = tl::expected<void, std::string>;

    explicit Actions(const ActionLimits& limits = {}) : limits_(limits) {}

    // Adds an action of the configuration. These come before numbers.
    void add(std::string name, ActionNode node);

    // `pattern` is `+493012345`, or `+4930*` for all numbers with that prefix.
    Done add_number(std::string_view pattern, std::string_view reference);

    Done set_default(std::string_view reference);

    // The same actions by name, without numbers or a default.
    Actions named() const;

    // Adds the numbers of `others` whose patterns are not here yet.
    void add_missing(Actions others);

    // How many numbers and prefixes there are.
    std::size_t numbers() const { return exact_.size() + prefixes_.size(); }

    // The action for a call to this number. `said` is the switch's: a URL, a name, or the JSON of a
    // pivot node. It is final: if it is wrong, nothing takes its place. Empty if the switch has
    // none.
    tl::expected<ActionNode, std::string> choose(std::string_view said,
                                                 std::string_view called) const;

private:
    using Nodes = std::map<std::string, ActionNode, std::less<>>;

    tl::expected<ActionNode, std::string> find(std::string_view reference) const;
    const ActionNode* find_number(std::string_view number) const;

    ActionLimits limits_;
    Nodes named_;
    Nodes exact_;
    Nodes prefixes_;
    std::optional<ActionNode> default_;
};

}  // namespace pivot::tools
