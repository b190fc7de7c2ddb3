// A table of things by their host names. It is flat: a name that is not there costs one look into
// memory, where a list of nodes costs three or four.
//
// `Named` has a `name`, which stays the same while it is in a table, and stays where it is.
//
//   places │ hash, thing │ … │ free │       a thing is at its hash's place or, with no free one
//            ▲ hash & mask                  between, behind it (linear probing)
#pragma once

#include <cassert>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::net {

template <typename Named>
class NameTable {
public:
    // Null: there is none of this name.
    Named* find(std::string_view name) const
    {
        return size_ == 0 ? nullptr : places_[look(name, hash(name))].named.get();
    }

    // There is none of its name.
    Named& add(std::unique_ptr<Named> named)
    {
        if (size_ >= places_.size() / 2) grow();
        const std::size_t its_hash = hash(named->name);
        Place& place = places_[look(named->name, its_hash)];
        assert(!place.named);
        place = {its_hash, std::move(named)};
        ++size_;
        return *place.named;
    }

    // `name` is there. Perhaps it is the thing's own, which ends.
    void remove(std::string_view name)
    {
        std::size_t hole = look(name, hash(name));
        assert(places_[hole].named);
        const std::unique_ptr<Named> removed = std::move(places_[hole].named);
        --size_;
        // Those behind move up, unless that would bring one in front of its hash's place.
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
        std::unique_ptr<Named> named;  // null: free
    };

    static constexpr std::size_t places_min = 16;

    static std::size_t hash(std::string_view name) { return std::hash<std::string_view>()(name); }
    std::size_t mask() const { return places_.size() - 1; }
    std::size_t next(std::size_t place) const { return (place + 1) & mask(); }

    // The place of `name`, or the free one where it would be.
    std::size_t look(std::string_view name, std::size_t its_hash) const
    {
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
            if (place.named) places_[look(place.named->name, place.hash)] = std::move(place);
        }
    }

    std::vector<Place> places_;  // a power of two of them, half of them free at least
    std::size_t size_ = 0;
};

}  // namespace pivot::net
