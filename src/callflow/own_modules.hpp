// The operator's own modules, in addition to KAZOO's.
//
// A JSON schema (draft-04, like KAZOO's) may describe their `data`. These keywords are supported:
// type, properties, required, default, enum, minimum, maximum, minLength, maxLength, minItems,
// maxItems, uniqueItems, items, and `format: email`. Any other keyword that would refuse something
// is an error, so that nobody relies on a rule that is not checked.
#pragma once

#include "callflow/rule.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::callflow {

class OwnModules {
public:
    // Schemas by module name; an empty one allows any object. The error is a sentence that names
    // the module and the mistake.
    static tl::expected<std::shared_ptr<const OwnModules>, std::string> read(
        const std::map<std::string, std::string>& schemas);

    OwnModules(const OwnModules&) = delete;
    OwnModules& operator=(const OwnModules&) = delete;
    ~OwnModules();

    // Returns null if there is no such module.
    const Module* find(std::string_view name) const;

    std::vector<std::string_view> names() const;

private:
    class Reader;
    struct Store;

    OwnModules();

    std::unique_ptr<Store> store_;  // everything that the rules refer to
    std::map<std::string, Module, std::less<>> modules_;
};

}  // namespace pivot::callflow
