// Modules of the operator's own, beside those of KAZOO.
//
// A JSON schema (draft-04, as KAZOO's) may say what their `data` holds. These keywords are
// understood: type, properties, required, default, enum, minimum, maximum, minLength, maxLength,
// minItems, maxItems, uniqueItems, items, and `format: email`. Others that would refuse something
// are a mistake of the schema, so that nobody relies on a rule that is not there.
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
    // Schemas by the names of their modules; an empty one takes any object. The error is a sentence
    // that names the module and what is wrong.
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

    std::unique_ptr<Store> store_;  // of all that the rules refer to
    std::map<std::string, Module, std::less<>> modules_;
};

}  // namespace pivot::callflow
