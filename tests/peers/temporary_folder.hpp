// A folder that lives as long as its owner.
#pragma once

#include "peers/descriptor.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pivot::test {

class TemporaryFolder {
public:
    TemporaryFolder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "pivot-test-XXXXXX").string();
        checked(::mkdtemp(pattern.data()) ? 0 : -1, "mkdtemp");
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace pivot::test
