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
#include <cstddef>
#include <cstdint>

namespace pivot::callflow {

namespace {

constexpr auto sorted_modules = [] {
    using namespace modules;
    const std::span<const Module> families[] = {
        audio_modules,  calling_modules,  control_modules,  destinations_modules,
        digits_modules, features_modules, identity_modules, reporting_modules};
    std::array<Module, 82> all{};
    auto end = all.begin();
    for (const auto family : families) end = std::ranges::copy(family, end).out;
    std::ranges::sort(all, {}, &Module::name);
    return all;
}();

// A hash table: the number of a module is at the hash of its name, or else at the next free place.
constexpr std::size_t place_count = 256;
constexpr std::uint8_t is_free = 255;

constexpr std::size_t hash_of(std::string_view name)
{
    const auto byte = [name](std::size_t at) { return static_cast<unsigned char>(name[at]); };
    return (name.size() * 7 + byte(0) * 31 + byte(name.size() / 2) * 5 + byte(name.size() - 1)) %
           place_count;
}
constexpr std::size_t next_place(std::size_t place)
{
    return (place + 1) % place_count;
}

constexpr auto places = [] {
    std::array<std::uint8_t, place_count> filled;
    filled.fill(is_free);
    for (std::size_t number = 0; number < sorted_modules.size(); ++number) {
        std::size_t place = hash_of(sorted_modules[number].name);
        while (filled[place] != is_free) place = next_place(place);
        filled[place] = static_cast<std::uint8_t>(number);
    }
    return filled;
}();

}  // namespace

std::span<const Module> all_modules()
{
    return sorted_modules;
}

const Module* find_module(std::string_view name)
{
    if (name.empty()) return nullptr;
    for (auto at = hash_of(name); places[at] != is_free; at = next_place(at)) {
        const Module& module = sorted_modules[places[at]];
        if (is_same_name(module.name, name)) return &module;
    }
    return nullptr;
}

}  // namespace pivot::callflow
