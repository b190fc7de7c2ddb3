// Where tests find what does not lie beside them. Compiled into one object, so that the folder of a
// checkout changes that one alone and a compiler cache serves every other checkout.
#pragma once

#include <string>

namespace pivot::test {

// The root of the checkout, absolute.
std::string source_root();

// The program tests/peers/crowd_server.cpp, absolute.
std::string crowd_server();

}  // namespace pivot::test
