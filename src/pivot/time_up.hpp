// What is said of a call or an exchange whose time is up.
#pragma once

#include <pivot/failure.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace pivot {

// "while the name was resolved"
std::string_view doing(Phase phase);

std::string time_up(std::chrono::milliseconds timeout, Phase phase);

}  // namespace pivot
