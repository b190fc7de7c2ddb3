#include "peers/plain_client.hpp"

#include "peers/loopback.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace pivot::test {
namespace {

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

// The signal has a handler, or it would end the test, and that handler does not ask for a restart.
void interrupt_with(int signal)
{
    struct sigaction action{};
    action.sa_handler = [](int) {};
    checked(::sigaction(signal, &action, nullptr), "sigaction");
}

// Interrupts the receiver before every byte.
void send_slowly(const Descriptor& socket, pthread_t receiver)
{
    for (const char letter : answer) {
        for (int times = 0; times < 10; ++times) {
            ::pthread_kill(receiver, SIGUSR1);
            std::this_thread::yield();
        }
        ::send(socket.get(), &letter, 1, MSG_NOSIGNAL);
    }
}

TEST(PlainClient, receives_an_answer_whatever_interrupts_it)
{
    interrupt_with(SIGUSR1);
    const auto listener = listen_tcp("127.0.0.1", 0);
    PlainClient client(port_of(listener));
    const Descriptor accepted{::accept(listener.get(), nullptr, nullptr)};
    std::thread sender(send_slowly, std::cref(accepted), ::pthread_self());
    EXPECT_EQ(client.receive_answer(), answer);
    sender.join();
}

}  // namespace
}  // namespace pivot::test
