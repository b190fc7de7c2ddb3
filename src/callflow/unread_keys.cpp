#include "callflow/unread_keys.hpp"

#include "base/near_miss.hpp"
#include "callflow/checker.hpp"
#include "callflow/modules.hpp"
#include "callflow/nodes.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::callflow {

namespace {

constexpr std::size_t warnings_max = 1'000;

constexpr std::array node_keys = {std::string_view("module"), std::string_view("data"),
                                  std::string_view("children")};

// What Pivot reads beyond KAZOO's schema.
constexpr std::array pivot_keys = {std::string_view("fallback_url"),
                                   std::string_view("fallback_method"),
                                   std::string_view("req_timeout")};

class Search {
public:
    std::vector<Breach> run(json::Value flow, const std::string& at)
    {
        visit_nodes(flow, at, [this](json::Value node, const std::string& node_at) {
            if (warnings_.size() < warnings_max) look_at_node(node, node_at);
        });
        return std::move(warnings_);
    }

private:
    void warn(const std::string& at, std::string_view name, std::string_view whose,
              std::string_view meant)
    {
        if (warnings_.size() == warnings_max) return;
        const std::string advice = meant.empty() ? std::string(", and is ignored")
                                                 : fmt::format(": did you mean {}?", quote(meant));
        warnings_.push_back(
            {below(at, name), fmt::format("{} is not a key of {}{}", quote(name), whose, advice)});
    }

    // Of a node's own keys those that are nearly right: KAZOO's editors keep theirs beside them.
    void look_at_node(json::Value node, const std::string& at)
    {
        for (const auto [name, value] : node.members()) {
            if (std::ranges::find(node_keys, name) != node_keys.end()) continue;
            const std::string_view meant = near_miss(name, node_keys);
            if (!meant.empty()) warn(at, name, "a node", meant);
        }
        const auto name = node.find("module");
        const auto data = node.find("data");
        const Module* module = name && name->is_string() ? find_module(name->text()) : nullptr;
        if (module != nullptr && data) look_at(*data, module->data, below(at, "data"), *module);
    }

    // As deep as the tables are.
    void look_at(json::Value value, const Rule& rule, const std::string& at, const Module& module)
    {
        if (value.is_array() && rule.element != nullptr) {
            std::size_t index = 0;
            for (const json::Value element : value.elements()) {
                look_at(element, *rule.element, below(at, fmt::to_string(index++)), module);
            }
        } else if (value.is_object()) {
            look_at_members(value, rule, at, module);
        }
    }

    void look_at_members(json::Value object, const Rule& rule, const std::string& at,
                         const Module& module)
    {
        const Properties variant = variant_of(object, rule);
        const bool takes_any = rule.properties.begin() == rule.properties.end();
        if (takes_any || rule.alternative != nullptr) return;
        for (const auto [name, value] : object.members()) {
            const Property* property = rule.properties.find(name);
            if (property == nullptr) property = variant.find(name);
            if (property != nullptr) {
                look_at(value, property->rule, below(at, name), module);
            } else if (!is_extension(module, name)) {
                warn(at, name, module.name, meant_by(name, rule, variant));
            }
        }
    }

    static bool is_extension(const Module& module, std::string_view name)
    {
        return module.name == "pivot" && std::ranges::find(pivot_keys, name) != pivot_keys.end();
    }

    static std::string_view meant_by(std::string_view name, const Rule& rule,
                                     const Properties& variant)
    {
        std::vector<std::string_view> known;
        for (const Property& property : rule.properties) known.push_back(property.name);
        for (const Property& property : variant) known.push_back(property.name);
        return near_miss(name, known);
    }

    std::vector<Breach> warnings_;
};

}  // namespace

std::vector<Breach> unread_keys(json::Value flow, const std::string& at)
{
    return Search().run(flow, at);
}

}  // namespace pivot::callflow
