// Remembers which texts came lately, by their hashes alone.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace pivot::session {

class RecentTexts {
public:
    explicit RecentTexts(std::size_t texts_max) : texts_max_(texts_max) {}

    // Returns false if the text is among the last `texts_max` ones.
    bool add(std::string_view text)
    {
        const std::size_t hash = std::hash<std::string_view>{}(text);
        if (!known_.insert(hash).second) return false;
        order_.push_back(hash);
        if (order_.size() > texts_max_) {
            known_.erase(order_.front());
            order_.pop_front();
        }
        return true;
    }

private:
    const std::size_t texts_max_;
    std::unordered_set<std::size_t> known_;
    std::deque<std::size_t> order_;  // the same, the oldest first
};

}  // namespace pivot::session
