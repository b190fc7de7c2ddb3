// The spooled CDRs, and which of them are handed out.
#pragma once

#include "pivot/cdr_spool.hpp"
#include "store/database.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::store {

class CdrTable {
public:
    static Answer<CdrTable> open(Database& database);

    Answer<void> put(const Cdr& cdr);
    Answer<std::vector<SpooledCdr>> due(const DueQuery& query);

    // Both take back what was handed out, also where they fail.
    Answer<void> remove(std::string_view id);
    Answer<void> failed(std::string_view id, std::int64_t next_at_unix_ms);

private:
    Answer<std::string> next_origin(std::string_view origin);
    Answer<void> hand_out(const DueQuery& query, std::vector<SpooledCdr>& cdrs);
    Answer<void> hand_out_of(std::string_view origin, const DueQuery& query,
                             std::vector<SpooledCdr>& cdrs);
    void take_back(std::string_view id);

    Statement insert_;
    Statement select_origin_;
    Statement select_due_;
    Statement delete_;
    Statement postpone_;

    std::map<std::string, std::string, std::less<>> handed_out_;        // origins, by CDR
    std::map<std::string, std::size_t, std::less<>> handed_out_count_;  // by origin
    std::string last_origin_;                                           // that had its turn
};

}  // namespace pivot::store
