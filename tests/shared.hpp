// KAZOO's own documents, which are not part of the product. Tests that compare it with them pass
// if they are absent, and say so.
#pragma once

#include "places.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace pivot::test {

// Beside the source tree, or where PIVOT_SHARED says.
inline std::filesystem::path shared_folder()
{
    const char* const named = std::getenv("PIVOT_SHARED");
    return named != nullptr ? named : std::filesystem::path(source_root()) / ".." / "shared";
}

inline std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace pivot::test
