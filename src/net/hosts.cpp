#include "net/hosts.hpp"

#include "base/text.hpp"
#include "net/host.hpp"

#include <algorithm>
#include <string>

namespace pivot::net {

namespace {

struct Families {
    Addresses v6;
    Addresses v4;
};

// Returns an empty word at the end.
std::string_view take_word(std::string_view& line)
{
    constexpr std::string_view blanks = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

void read_line(std::string_view line, StringMap<Families>& table)
{
    const auto address = IpAddress::parse(take_word(line));
    if (!address) return;
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
        const auto name = canonical_host(word);
        if (!name) continue;
        auto& families = table[*name];
        (address->is_v4() ? families.v4 : families.v6).add(*address);
    }
}

}  // namespace

Hosts::Hosts(std::string_view text)
{
    StringMap<Families> table;
    while (!text.empty()) {
        auto line = take_until(text, '\n');
        read_line(take_until(line, '#'), table);
    }
    for (const auto& [name, families] : table) {
        table_.emplace(name, interleave(families.v6, families.v4));
    }
}

const Addresses* Hosts::find(std::string_view name) const
{
    const auto found = table_.find(name);
    return found == table_.end() ? nullptr : &found->second;
}

}  // namespace pivot::net
