// A directory as hosts know it.
#pragma once

#include "execute/directory.hpp"

#include <pivot/session.hpp>

#include <utility>

namespace pivot {

class Directory {
public:
    explicit Directory(execute::Directory entries) : entries_(std::move(entries)) {}

    const execute::Directory& entries() const { return entries_; }

private:
    execute::Directory entries_;
};

}  // namespace pivot
