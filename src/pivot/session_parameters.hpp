// What a session tells the web server in one request, beyond the facts of the call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pivot {

struct SessionParameter {
    std::string name;
    std::string value;
};

using SessionParameters = std::vector<SessionParameter>;

// Sets one, in place of the one of that name.
inline void set(SessionParameters& parameters, std::string_view name, std::string_view value)
{
    for (SessionParameter& parameter : parameters) {
        if (parameter.name != name) continue;
        parameter.value = value;
        return;
    }
    parameters.push_back({std::string(name), std::string(value)});
}

}  // namespace pivot
