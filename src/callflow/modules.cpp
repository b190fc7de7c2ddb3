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

constexpr auto sorted_modules = [] {
    using namespace modules;
    const std::span<const Module> families[] = {
        audio_modules,  calling_modules,  control_modules,  destinations_modules,
        digits_modules, features_modules, identity_modules, reporting_modules};
    std::array<Module, 78> all{};
    auto end = all.begin();
    for (const auto family : families) end = std::ranges::copy(family, end).out;
    std::ranges::sort(all, {}, &Module::name);
    return all;
}();

}  // namespace

std::span<const Module> all_modules()
{
    return sorted_modules;
}

const Module* find_module(std::string_view name)
{
    if (name.empty()) return nullptr;
    const auto initial = [](const Module& module) { return module.name.front(); };
    const auto is_it = [name](const Module& module) { return is_same_name(module.name, name); };
    const auto with_initial = std::ranges::equal_range(sorted_modules, name.front(), {}, initial);
    const auto found = std::ranges::find_if(with_initial, is_it);
    return found == with_initial.end() ? nullptr : &*found;
}

}  // namespace pivot::callflow
