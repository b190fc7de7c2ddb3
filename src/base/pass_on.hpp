// Returns another function's failure as one's own, unchanged:
//
//     auto found = find(name);
//     if (!found) return pass_on(found);
#pragma once

#include <utility>

#include <tl/expected.hpp>

namespace pivot::inline base {

// Moves the error out of `failed`, or copies it out of a constant one.
template <typename Expected>
auto pass_on(Expected& failed)
{
    return tl::unexpected(std::move(failed.error()));
}

}  // namespace pivot::inline base
