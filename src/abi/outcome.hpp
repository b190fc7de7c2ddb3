// An outcome as C sees it.
#pragma once

#include <pivot/outcome.hpp>
#include <pivot/pivot.h>

#include <string>

struct pivot_outcome {
    const pivot::Outcome outcome;
    mutable std::string json = {};  // made when it is asked for
};
