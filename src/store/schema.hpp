// The file: what is in it, and whether it is ours.
#pragma once

#include "store/database.hpp"

#include <cstdint>
#include <string>

namespace pivot::store {

// Opens the file, or makes one that only its owner can read: it has credentials in it. What is
// committed is on the disk. The error is a sentence that names the file: it cannot be opened, is no
// database, is another program's, or is from a newer version.
Answer<Database> open_file(const std::string& path, std::int64_t bytes_max);

}  // namespace pivot::store
