#include "peers/plain_client.hpp"

#include "peers/loopback.hpp"
#include "peers/uninterrupted.hpp"

#include <array>
#include <span>

#include <sys/socket.h>
#include <sys/time.h>

namespace pivot::test {

namespace {

// The socket has a time limit, so the kernel does not restart the call itself: signal(7).
ssize_t receive_some(const Descriptor& socket, std::span<char> bytes)
{
    return uninterrupted([&] { return ::recv(socket.get(), bytes.data(), bytes.size(), 0); });
}

}  // namespace

PlainClient::PlainClient(std::uint16_t port, const std::string& address)
    : socket_(connect_tcp(address, port))
{
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void PlainClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto count = uninterrupted(
            [&] { return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
        if (count < 0) return;  // a server that has closed is found out by receiving
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void PlainClient::finish()
{
    ::shutdown(socket_.get(), SHUT_WR);
}

std::string PlainClient::receive(std::size_t size)
{
    std::string bytes(size, '\0');
    std::size_t received = 0;
    while (received < size) {
        const auto count = receive_some(socket_, std::span(bytes).subspan(received));
        if (count <= 0) break;
        received += static_cast<std::size_t>(count);
    }
    bytes.resize(received);
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
        const auto count = receive_some(socket_, buffer);
        if (count == 0) return bytes;
        if (count < 0) return bytes + (errno == ECONNRESET ? " [reset]" : " [silence]");
        bytes.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace pivot::test
