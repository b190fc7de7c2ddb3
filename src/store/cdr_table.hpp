// The file of spooled CDRs, and which of them are handed out.
//
// Invariant: a CDR that is handed out stays so until its removal or its postponement is on the
// disk. So a disk that is full cannot make a delivered CDR due again.
#pragma once

#include "session/cdr_spool.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::store {

class CdrTable {
public:
    // The error names the file.
    static Answer<CdrTable> open(const std::string& path, std::int64_t bytes_max);

    Answer<std::vector<session::SpooledCdr>> due(const session::DueQuery& query);

    // A transaction, which ends with commit() or, after any failure, with roll_back().
    Answer<void> begin() { return database_.begin(); }
    Answer<void> commit();
    void roll_back();

    // Within a transaction. A CDR that is there already is not put again.
    Answer<void> put(const session::Cdr& cdr);

    // Likewise. Both take back what was handed out, once they are committed.
    Answer<void> remove(std::string_view id);
    Answer<void> failed(std::string_view id, std::int64_t next_at_unix_ms);

    // How many there are, handed out or not.
    std::int64_t size() const { return size_; }

    // When the first of their calls ended; 0 if there are none.
    Answer<std::int64_t> oldest_unix_ms()
    {
        return database_.number("SELECT min(ended_unix_ms) FROM cdrs");
    }

private:
    Answer<std::string> next_origin(std::string_view origin);
    Answer<void> hand_out(const session::DueQuery& query, std::vector<session::SpooledCdr>& cdrs);
    Answer<void> hand_out_of(std::string_view origin, const session::DueQuery& query,
                             std::vector<session::SpooledCdr>& cdrs);
    void take_back(std::string_view id);

    Database database_;
    Statement insert_;  // like all statements, goes before the database
    Statement select_origin_;
    Statement select_due_;
    Statement delete_;
    Statement postpone_;

    std::int64_t size_ = 0;
    std::int64_t growth_ = 0;           // in this transaction
    std::vector<std::string> settled_;  // removed or postponed in this transaction
    std::map<std::string, std::string, std::less<>> handed_out_;        // origins, by CDR
    std::map<std::string, std::size_t, std::less<>> handed_out_count_;  // by origin
    std::string last_origin_;                                           // that had its turn
};

}  // namespace pivot::store
