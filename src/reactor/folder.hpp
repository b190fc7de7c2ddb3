// A folder of an engine, which one engine has at a time: two stores would deliver the same CDRs.
//
// The kernel gives it back however its process ends. A forked child does not keep it.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace pivot::reactor {

class Folder {
public:
    // Makes it if it is missing. The error names it.
    static tl::expected<Folder, std::string> take(const std::string& path);

    Folder(Folder&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}
    Folder& operator=(Folder&&) = delete;
    ~Folder();

private:
    explicit Folder(int lock) : lock_(lock) {}

    int lock_;  // a descriptor
};

}  // namespace pivot::reactor
