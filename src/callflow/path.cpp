#include "callflow/path.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

namespace pivot::callflow {

std::string Path::pointer() const
{
    std::string pointer;
    for (const Step& step : steps_) {
        if (step.is_index) {
            fmt::format_to(std::back_inserter(pointer), "/{}", step.index);
        } else {
            json::append_pointer(pointer, step.name);
        }
    }
    return pointer;
}

}  // namespace pivot::callflow
