// A client that blocks, for tests of servers.
#pragma once

#include "peers/descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::test {

class PlainClient {
public:
    explicit PlainClient(std::uint16_t port, const std::string& address = "127.0.0.1");

    void send(std::string_view bytes);
    void finish();  // a FIN

    // Exactly so many bytes; fewer when the server closes or stays silent for ten seconds.
    std::string receive(std::size_t size);

    // The head of an answer, and the body that its Content-Length announces.
    std::string receive_answer();

    // What comes until the server closes, and after it " [reset]" or " [silence]" when that is how
    // it ended.
    std::string receive_to_end();

private:
    Descriptor socket_;
};

}  // namespace pivot::test
