// Paths that tests need. Compiled into one object, so that a checkout in another folder changes
// only that object and a compiler cache serves every checkout.
#pragma once

#include <string>

namespace pivot::test {

// The root of the checkout, absolute.
std::string source_root();

// The program tests/peers/crowd_server.cpp, absolute.
std::string crowd_server();

}  // namespace pivot::test
