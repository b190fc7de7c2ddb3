// An outcome as C sees it.
#pragma once

#include <pivot/outcome.hpp>
#include <pivot/pivot.h>

#include <optional>
#include <string>

struct pivot_outcome {
    const pivot::OutcomeView& view;

    // Made when they are asked for.
    mutable std::optional<pivot::Exchange> exchange = {};
    mutable std::string json = {};
};
