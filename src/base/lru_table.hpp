// A cache by name: at its limit the least recently used entry makes room.
//
//     struct Origin : ListHook<Origin> { const std::string name; … };
//     LruTable<Origin> origins(1'000);
//
// Invariant: an entry is in the list exactly while it is in the table.
#pragma once

#include "base/list.hpp"
#include "base/name_table.hpp"

#include <cassert>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace pivot::inline base {

template <typename Named>
class LruTable {
public:
    explicit LruTable(std::size_t size_max) : size_max_(size_max) {}

    // Returns null if the name is unknown. An entry that is found becomes the most recently used.
    Named* find(std::string_view name)
    {
        Named* found = table_.find(name);
        if (found == nullptr) return nullptr;
        assert(found->ListHook<Named>::is_linked());
        found->ListHook<Named>::unlink();
        by_use_.push_front(*found);
        return found;
    }

    // The name is new, and the limit is not 0.
    Named& add(std::unique_ptr<Named> named)
    {
        assert(size_max_ > 0 && table_.find(named->name) == nullptr);
        if (table_.size() == size_max_) table_.remove(by_use_.back().name);
        Named& added = table_.add(std::move(named));
        by_use_.push_front(added);
        return added;
    }

    // The name is known.
    void remove(std::string_view name) { table_.remove(name); }

    std::size_t size() const { return table_.size(); }
    std::size_t size_max() const { return size_max_; }

private:
    const std::size_t size_max_;
    List<Named> by_use_;  // the latest first; entries leave it when they die
    NameTable<Named> table_;
};

}  // namespace pivot::inline base
