// The mixes in which calls of this process meet: a bridge for each name, while anybody is in it.
#pragma once

#include "base/string_map.hpp"
#include "switches/asterisk/names.hpp"

#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

class Mixes {
public:
    // Returns the bridge; empty if the mix is full. `members_max` 0 means no limit. After everybody
    // has left, the next member gets a new bridge.
    std::string enter(std::string_view name, unsigned members_max, Names& names)
    {
        auto found = mixes_.find(name);
        if (found == mixes_.end()) {
            found = mixes_.emplace(std::string(name), Mix{names.next()}).first;
        }
        Mix& mix = found->second;
        if (members_max > 0 && mix.members >= members_max) return {};
        ++mix.members;
        return mix.bridge;
    }

    // Returns whether this was the last member.
    bool leave(std::string_view name)
    {
        const auto found = mixes_.find(name);
        if (found == mixes_.end() || --found->second.members > 0) return false;
        mixes_.erase(found);
        return true;
    }

private:
    struct Mix {
        std::string bridge;
        unsigned members = 0;
    };

    StringMap<Mix> mixes_;
};

}  // namespace pivot::switches::asterisk
