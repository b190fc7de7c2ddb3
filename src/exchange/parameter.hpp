// A parameter that one request has of its own.
#pragma once

#include <string>

namespace pivot::exchange {

struct Parameter {
    std::string name;
    std::string value;
};

}  // namespace pivot::exchange
