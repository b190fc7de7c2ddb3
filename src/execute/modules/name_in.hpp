// Names among the members of a node's data.
#pragma once

#include "base/text.hpp"
#include "execute/modules/module.hpp"
#include "execute/modules/node_data.hpp"

#include <fmt/format.h>

namespace pivot::execute::modules {

// The name as it can be given to a switch. Empty, with a warning, where the text cannot be one.
template <typename Name>
Name name_of(const Work& work, std::string_view what, std::string_view text)
{
    Name name = Name::of(text);
    if (name.empty() && !text.empty()) {
        work.warn(fmt::format("{} is left out: \"{}\" cannot be one for a switch", what,
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
