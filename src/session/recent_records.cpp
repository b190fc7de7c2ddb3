#include "session/recent_records.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pivot::session {

void RecentRecords::add(DebugRecord record)
{
    const std::scoped_lock lock(mutex_);
    bytes_ += record.to_json().size();
    records_.push_back(std::move(record));
    while (!records_.empty() &&
           (records_.size() > limits_.records_max || bytes_ > limits_.bytes_max)) {
        bytes_ -= records_.front().to_json().size();
        records_.pop_front();
    }
}

std::vector<DebugRecord> RecentRecords::find(std::string_view call_id) const
{
    const std::scoped_lock lock(mutex_);
    std::vector<DebugRecord> found;
    std::ranges::copy_if(records_, std::back_inserter(found), [call_id](const DebugRecord& record) {
        return record.call_id() == call_id;
    });
    return found;
}

std::vector<DebugRecord> RecentRecords::latest(std::size_t records_max) const
{
    const std::scoped_lock lock(mutex_);
    const auto count = std::min(records_max, records_.size());
    return {std::prev(records_.end(), static_cast<std::ptrdiff_t>(count)), records_.end()};
}

}  // namespace pivot::session
