// A query on a connection of its own, so that another thread or process may write meanwhile.
#pragma once

#include "store/database.hpp"

#include <string>
#include <string_view>

namespace pivot::store {

// Errors name the file.
class Reading {
public:
    static Answer<Reading> open(const std::string& path, std::string_view sql);

    // Its parameters are bound before the first row, and its columns are those of the last one.
    Statement& query() { return query_; }

    // Whether there is another row.
    Answer<bool> next();

private:
    Reading(std::string path, Database database, Statement query);

    std::string path_;
    Database database_;
    Statement query_;  // goes before the database
};

}  // namespace pivot::store
