// An outcome as C sees it.
#pragma once

#include <pivot/outcome.hpp>
#include <pivot/pivot.h>

#include <optional>
#include <string>

struct pivot_outcome {
    const pivot::OutcomeView& view;

    // Created when the host asks for them.
    mutable std::optional<pivot::Exchange> exchange = {};
    mutable std::string json = {};
};
