// An open-addressing hash table of objects by name. It is flat, so a name that is not there costs
// one memory access, where a table of nodes costs three or four.
//
// `Named` has a `name`, which does not change while the object is in the table. The object itself
// does not move.
//
//   places │ hash, object │ … │ free │       an object is at the place of its hash or, if that is
//            ▲ hash & mask                   taken, at the next free one (linear probing)
#pragma once

#include <cassert>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::inline base {

template <typename Named>
class NameTable {
public:
    // Returns null if the name is unknown.
    Named* find(std::string_view name) const
    {
        return size_ == 0 ? nullptr : places_[probe(name, hash(name))].named.get();
    }

    // The name is new.
    Named& add(std::unique_ptr<Named> named)
    {
        if (size_ >= places_.size() / 2) grow();
        const std::size_t its_hash = hash(named->name);
        Place& place = places_[probe(named->name, its_hash)];
        assert(!place.named);
        place = {its_hash, std::move(named)};
        ++size_;
        return *place.named;
    }

    // The name is known. It may be a view of the object's own name, which dies.
    void remove(std::string_view name)
    {
        std::size_t hole = probe(name, hash(name));
        assert(places_[hole].named);
        const std::unique_ptr<Named> removed = std::move(places_[hole].named);
        --size_;
        // Later objects of the run move up, except past the place of their hash: there find() would
        // not look for them.
        for (std::size_t at = next(hole); places_[at].named; at = next(at)) {
            const std::size_t moved_by = (at - places_[at].hash) & mask();
            if (moved_by < ((at - hole) & mask())) continue;
            places_[hole] = std::exchange(places_[at], {});
            hole = at;
        }
    }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

private:
    struct Place {
        std::size_t hash = 0;
        std::unique_ptr<Named> named;  // null if the place is free
    };

    static constexpr std::size_t places_min = 16;

    static std::size_t hash(std::string_view name) { return std::hash<std::string_view>()(name); }
    std::size_t mask() const { return places_.size() - 1; }
    std::size_t next(std::size_t place) const { return (place + 1) & mask(); }

    // The place of `name`, or the free one where it would be.
    std::size_t probe(std::string_view name, std::size_t its_hash) const
    {
        assert(size_ < places_.size());  // a free place ends the search
        std::size_t at = its_hash & mask();
        while (places_[at].named &&
               (places_[at].hash != its_hash || places_[at].named->name != name))
            at = next(at);
        return at;
    }

    void grow()
    {
        std::vector<Place> old(places_.empty() ? places_min : places_.size() * 2);
        old.swap(places_);
        for (Place& place : old) {
            if (place.named) places_[probe(place.named->name, place.hash)] = std::move(place);
        }
    }

    std::vector<Place> places_;  // their number is a power of two, and at least half are free
    std::size_t size_ = 0;
};

}  // namespace pivot::inline base
