#include "places.hpp"

namespace pivot::test {

std::string source_root()
{
    return PIVOT_SOURCE_ROOT;
}

std::string crowd_server()
{
    return PIVOT_CROWD_SERVER;
}

}  // namespace pivot::test
