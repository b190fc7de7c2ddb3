#include "callflow/modules.hpp"

#include "callflow/modules/audio.hpp"
#include "callflow/modules/calling.hpp"
#include "callflow/modules/control.hpp"
#include "callflow/modules/destinations.hpp"
#include "callflow/modules/digits.hpp"
#include "callflow/modules/features.hpp"
#include "callflow/modules/identity.hpp"
#include "callflow/modules/reporting.hpp"

#include <algorithm>
#include <array>

namespace pivot::callflow {

namespace {

constexpr auto modules = [] {
    const std::span<const Module> families[] = {
        audio_modules,  calling_modules,  control_modules,  destinations_modules,
        digits_modules, features_modules, identity_modules, reporting_modules};
    std::array<Module, 78> all{};
    auto end = all.begin();
    for (const auto family : families) end = std::ranges::copy(family, end).out;
    std::ranges::sort(all, {}, &Module::name);
    return all;
}();

// Where the hash of a name points there is the number of its module, or behind that those of
// others, but no gap.
constexpr std::size_t slot_count = 256;
constexpr std::uint8_t none = 255;

constexpr std::size_t first_slot(std::string_view name)
{
    return json::Spelling(name).hash() % slot_count;
}
constexpr std::size_t next_slot(std::size_t slot)
{
    return (slot + 1) % slot_count;
}

constexpr auto slots = [] {
    std::array<std::uint8_t, slot_count> filled;
    filled.fill(none);
    for (std::size_t number = 0; number < modules.size(); ++number) {
        std::size_t slot = first_slot(modules[number].name);
        while (filled[slot] != none) slot = next_slot(slot);
        filled[slot] = static_cast<std::uint8_t>(number);
    }
    return filled;
}();

}  // namespace

std::span<const Module> all_modules()
{
    return modules;
}

const Module* find_module(std::string_view name)
{
    for (std::size_t slot = first_slot(name); slots[slot] != none; slot = next_slot(slot)) {
        const Module& module = modules[slots[slot]];
        if (module.name == name) return &module;
    }
    return nullptr;
}

}  // namespace pivot::callflow
