// The program crowd_server, which serves ten thousand connections and answers according to the
// path; its source lists the paths.
//
// It is a process of its own, because each end of a connection costs a descriptor, of which a
// process has a limited number.
#pragma once

#include "peers/process.hpp"
#include "places.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::test {

class Crowd {
public:
    Crowd() : process_(crowd_server()) {}

    std::uint16_t port() const
    {
        return static_cast<std::uint16_t>(std::stoul(process_.first_line()));
    }

    // "http://127.0.0.1:8080/slow?ms=200"
    std::string url(std::string_view target) const
    {
        return "http://127.0.0.1:" + process_.first_line() + std::string(target);
    }

private:
    Process process_;  // the first line is its port
};

}  // namespace pivot::test
