// The folder of a store, which one store has at a time: two would deliver the same CDRs.
//
// The kernel gives it back however its process ends. A forked child does not keep it.
#pragma once

#include "store/database.hpp"

#include <string>
#include <utility>

namespace pivot::store {

class Folder {
public:
    // Makes it if it is missing. The error names it.
    static Answer<Folder> take(const std::string& path);

    Folder(Folder&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}
    Folder& operator=(Folder&&) = delete;
    ~Folder();

private:
    explicit Folder(int lock) : lock_(lock) {}

    int lock_;  // a descriptor
};

}  // namespace pivot::store
