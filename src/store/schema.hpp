// The files of the store: what is in them, and whether a file is one of ours.
#pragma once

#include "store/database.hpp"

#include <cstdint>
#include <string>

namespace pivot::store {

struct Schema {
    std::int64_t application_id;
    std::int64_t version;
    const char* tables;        // what an empty file becomes, its id and version included
    const char* indexes = "";  // made if they are missing
    const char* synchronous;   // SQLite's word for how much of a commit is on the disk
};

// A commit survives a crash of the machine.
extern const Schema cdr_schema;

// A commit survives a crash of the process. The machine's may lose the last ones.
extern const Schema debug_schema;

// Opens the file, or makes one that only its owner can read: it has credentials in it. The error is
// a sentence that names the file: it cannot be opened, is not a database, is another program's, or
// is from a newer version.
Answer<Database> open_file(const std::string& path, const Schema& schema);

}  // namespace pivot::store
