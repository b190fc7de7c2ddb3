// Names in a node's data, checked before a switch sees them.
#pragma once

#include "base/text.hpp"
#include "execute/modules/module.hpp"
#include "execute/modules/node_data.hpp"

#include <fmt/format.h>

namespace pivot::execute::modules {

// Returns an empty name, with a warning, if a switch cannot take the text.
template <typename Name>
Name name_of(const Work& work, std::string_view what, std::string_view text)
{
    Name name = Name::of(text);
    if (name.empty() && !text.empty()) {
        work.warn(fmt::format("{} is \"{}\", which a switch cannot take: it is left out", what,
                              printable(text)));
    }
    return name;
}

template <typename Name>
Name name_in(const Work& work, json::Value data, std::string_view member,
             std::string_view preset = {})
{
    return name_of<Name>(work, member, text(data, member, preset));
}

}  // namespace pivot::execute::modules
