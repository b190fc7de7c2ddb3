#include "peers/plain_client.hpp"

#include "peers/loopback.hpp"

#include <array>

#include <sys/socket.h>
#include <sys/time.h>

namespace pivot::test {

PlainClient::PlainClient(std::uint16_t port, const std::string& address)
    : socket_(connect_tcp(address, port))
{
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void PlainClient::send(std::string_view bytes)
{
    // A server that has closed is found out by receiving.
    (void)::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void PlainClient::finish()
{
    ::shutdown(socket_.get(), SHUT_WR);
}

std::string PlainClient::receive(std::size_t size)
{
    if (size == 0) return "";  // recv(2) waits even for nothing
    std::string bytes(size, '\0');
    const auto count = ::recv(socket_.get(), bytes.data(), size, MSG_WAITALL);
    bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return bytes;
}

std::string PlainClient::receive_answer()
{
    constexpr std::string_view length_key = "Content-Length: ";
    std::string answer;
    while (!answer.ends_with("\r\n\r\n")) {
        const auto byte = receive(1);
        if (byte.empty()) return answer;
        answer += byte;
    }
    const auto length = answer.find(length_key);
    if (length == answer.npos) return answer;
    return answer + receive(std::stoul(answer.substr(length + length_key.size())));
}

std::string PlainClient::receive_to_end()
{
    std::string bytes;
    std::array<char, 4096> buffer;
    while (true) {
        const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (count == 0) return bytes;
        if (count < 0) return bytes + (errno == ECONNRESET ? " [reset]" : " [silence]");
        bytes.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace pivot::test
