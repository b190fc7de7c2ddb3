// The floor: the cost of a pivot that consists of nothing but its bytes.
//
//     raw_ring PORT CONNECTIONS WARM_UP_SECONDS SECONDS REQUEST_FILE
//
// Each of the keep-alive connections to 127.0.0.1 sends the file's bytes, waits for the answer,
// and sends them again. The answer is read only for Content-Length. Nothing is built, parsed or
// allocated on the way; there are no coroutines, timers or deadlines.
//
// io_uring is used in its cheapest way here: one submitter with deferred task running, direct
// descriptors, one multishot receive per connection into shared buffers (a receive per answer
// costs as much or a little more), and one system call per turn.
//
// Prints what MeasuredWindow prints; the checksum is the number of bytes of all answers.
#include "checked.hpp"
#include "measured_window.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pivot::bench {
namespace {

constexpr unsigned ring_entries = 4'096;
constexpr std::uint32_t buffer_size = 4'096;
constexpr std::uint16_t buffers = 1'024;  // a power of two
constexpr int buffer_group = 0;

// In `user_data`: a connection's number is its receive's, and sends say nothing unless they fail.
constexpr std::uint64_t send_failed = ~std::uint64_t{0};

int connect_to(std::uint16_t port)
{
    const int socket = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
    const int on = 1;
    checked(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    return socket;
}

// The size of the whole answer, whose head must be in `bytes`.
std::size_t answer_size(std::string_view bytes)
{
    constexpr std::string_view name = "Content-Length: ";
    const auto length = bytes.find(name);
    const auto head_end = bytes.find("\r\n\r\n");
    if (length == bytes.npos || head_end == bytes.npos) {
        throw std::runtime_error("an answer's first bytes have no Content-Length");
    }
    std::size_t body = 0;
    std::from_chars(bytes.data() + length + name.size(), bytes.data() + head_end, body);
    return head_end + 4 + body;
}

class Client {
public:
    Client(std::uint16_t port, unsigned connections, std::string request);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    void run(MeasuredWindow& window);

private:
    struct Connection {
        std::size_t expected = 0;  // of the answer under way; 0 before its first bytes
        std::size_t received = 0;
    };

    io_uring_sqe* next_entry();
    void send(unsigned number);
    void receive(unsigned number);
    void take(const io_uring_cqe& completion, MeasuredWindow& window);

    const std::string request_;
    std::vector<Connection> connections_;
    std::vector<char> memory_;
    io_uring ring_{};
    io_uring_buf_ring* free_buffers_ = nullptr;
    std::size_t free_buffers_bytes_ = buffers * sizeof(io_uring_buf);
};

Client::Client(std::uint16_t port, unsigned connections, std::string request)
    : request_(std::move(request)), connections_(connections), memory_(buffer_size * buffers)
{
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    params.cq_entries = 4 * ring_entries;
    checked_return(io_uring_queue_init_params(ring_entries, &ring_, &params), "io_uring_setup");

    checked_return(io_uring_register_files_sparse(&ring_, connections), "direct descriptors");
    for (unsigned number = 0; number < connections; ++number) {
        const int socket = connect_to(port);
        checked_return(io_uring_register_files_update(&ring_, number, &socket, 1), "descriptor");
        ::close(socket);
    }

    void* pages = nullptr;
    if (::posix_memalign(&pages, 4'096, free_buffers_bytes_) != 0) throw std::bad_alloc();
    free_buffers_ = static_cast<io_uring_buf_ring*>(pages);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(free_buffers_);
    registration.ring_entries = buffers;
    registration.bgid = buffer_group;
    checked_return(io_uring_register_buf_ring(&ring_, &registration, 0), "buffer ring");
    io_uring_buf_ring_init(free_buffers_);
    for (std::uint16_t id = 0; id < buffers; ++id) {
        io_uring_buf_ring_add(free_buffers_, &memory_[id * buffer_size], buffer_size, id,
                              io_uring_buf_ring_mask(buffers), id);
    }
    io_uring_buf_ring_advance(free_buffers_, buffers);
}

Client::~Client()
{
    io_uring_queue_exit(&ring_);
    std::free(free_buffers_);
}

void Client::run(MeasuredWindow& window)
{
    for (unsigned number = 0; number < connections_.size(); ++number) {
        receive(number);
        send(number);
    }
    while (window.look()) {
        checked_return(io_uring_submit_and_wait(&ring_, 1), "io_uring_enter");
        unsigned head = 0;
        unsigned count = 0;
        io_uring_cqe* completion = nullptr;
        io_uring_for_each_cqe(&ring_, head, completion)
        {
            take(*completion, window);
            ++count;
        }
        io_uring_cq_advance(&ring_, count);
    }
}

io_uring_sqe* Client::next_entry()
{
    if (auto* entry = io_uring_get_sqe(&ring_)) return entry;
    checked_return(io_uring_submit(&ring_), "io_uring_enter");
    return io_uring_get_sqe(&ring_);
}

void Client::send(unsigned number)
{
    auto* entry = next_entry();
    io_uring_prep_send(entry, static_cast<int>(number), request_.data(), request_.size(), 0);
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, send_failed);
}

void Client::receive(unsigned number)
{
    auto* entry = next_entry();
    io_uring_prep_recv_multishot(entry, static_cast<int>(number), nullptr, 0, 0);
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    entry->buf_group = buffer_group;
    io_uring_sqe_set_data64(entry, number);
}

void Client::take(const io_uring_cqe& completion, MeasuredWindow& window)
{
    if (completion.user_data == send_failed) throw std::runtime_error("a request was not sent");
    const auto number = static_cast<unsigned>(completion.user_data);
    if (!(completion.flags & IORING_CQE_F_MORE)) receive(number);
    if (completion.res == -ENOBUFS) return;
    if (completion.res <= 0) throw std::runtime_error("the server closed a connection");

    auto& connection = connections_[number];
    const auto size = static_cast<std::size_t>(completion.res);
    const auto id = static_cast<std::uint16_t>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
    char* const bytes = &memory_[id * buffer_size];
    if (connection.expected == 0) connection.expected = answer_size({bytes, size});
    io_uring_buf_ring_add(free_buffers_, bytes, buffer_size, id, io_uring_buf_ring_mask(buffers),
                          0);
    io_uring_buf_ring_advance(free_buffers_, 1);

    connection.received += size;
    if (connection.received < connection.expected) return;
    window.count(connection.received);
    connection = {};
    send(number);
}

std::string read_file(const char* path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot read ") + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** arguments)
{
    if (count != 6) {
        std::fputs("usage: raw_ring PORT CONNECTIONS WARM_UP_SECONDS SECONDS REQUEST_FILE\n",
                   stderr);
        return 2;
    }
    try {
        pivot::bench::Client client(static_cast<std::uint16_t>(std::stoul(arguments[1])),
                                    static_cast<unsigned>(std::stoul(arguments[2])),
                                    pivot::bench::read_file(arguments[5]));
        pivot::bench::MeasuredWindow window(std::stod(arguments[3]), std::stod(arguments[4]));
        client.run(window);
        window.print();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "raw_ring: %s\n", error.what());
        return 1;
    }
}
