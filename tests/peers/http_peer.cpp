#include "peers/http_peer.hpp"

#include "peers/loopback.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

namespace pivot::test {

namespace {

// Returns nothing if the client has closed between two requests.
std::optional<Request> receive_request(Stream& stream, std::string& bytes)
{
    while (true) {
        if (auto request = take_request(bytes)) return request;
        const auto more = stream.receive();
        if (more.empty()) return std::nullopt;
        bytes += more;
    }
}

// OpenSSL writes to sockets without MSG_NOSIGNAL. Threads inherit this from the one that starts
// them.
void block_sigpipe()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

HttpPeer::HttpPeer(Handler handler) : HttpPeer(std::move(handler), Options{}) {}

HttpPeer::HttpPeer(Handler handler, Options options)
    : handler_(std::move(handler)),
      options_(std::move(options)),
      tls_(options_.tls ? std::make_unique<TlsServer>(*options_.tls) : nullptr),
      listener_(listen_tcp(options_.address, options_.port)),
      port_of_listener_(port_of(listener_)),
      acceptor_([this] { accept_connections(); })
{
}

HttpPeer::~HttpPeer()
{
    stop_.raise();
    acceptor_.join();
}

std::string HttpPeer::url(std::string_view target) const
{
    const bool is_v6 = options_.address.find(':') != std::string::npos;
    const auto host = is_v6 ? "[" + options_.address + "]" : options_.address;
    return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port()) +
           std::string(target);
}

std::vector<Request> HttpPeer::requests() const
{
    return requests_after(0);
}

std::vector<Request> HttpPeer::requests_after(std::size_t first_count) const
{
    const std::lock_guard lock{mutex_};
    return {requests_.begin() + static_cast<std::ptrdiff_t>(first_count), requests_.end()};
}

std::size_t HttpPeer::requests_read() const
{
    const std::lock_guard lock{mutex_};
    return requests_.size();
}

std::size_t HttpPeer::connections_accepted() const
{
    const std::lock_guard lock{mutex_};
    return connections_accepted_;
}

std::size_t HttpPeer::connections_open() const
{
    const std::lock_guard lock{mutex_};
    return connections_open_;
}

std::vector<Handshake> HttpPeer::handshakes() const
{
    const std::lock_guard lock{mutex_};
    return handshakes_;
}

void HttpPeer::accept_connections()
{
    block_sigpipe();
    while (stop_.wait(listener_.get(), POLLIN) == StopSignal::Wake::ready) {
        Descriptor socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (!socket.is_open() && (errno == ECONNABORTED || errno == EAGAIN)) continue;
        checked(socket.get(), "accept");

        std::size_t number = 0;
        {
            const std::lock_guard lock{mutex_};
            number = ++connections_accepted_;
            ++connections_open_;
        }
        connections_.remove_if(
            [](const Connection& connection) { return connection.is_over.load(); });
        auto& connection = connections_.emplace_back();
        connection.thread =
            std::jthread([this, &connection, number, fd = std::move(socket)]() mutable {
                serve(std::move(fd), number);
                connection.is_over = true;
            });
    }
    connections_.clear();
}

void HttpPeer::serve(Descriptor socket, std::size_t connection)
{
    auto stream = open_stream(std::move(socket));
    try {
        if (stream->is_open()) converse(*stream, connection);
    } catch (const Over&) {
        // The handler has nothing left to do.
    }
    stream->drain();
    stream.reset();
    const std::lock_guard lock{mutex_};
    --connections_open_;
}

std::unique_ptr<Stream> HttpPeer::open_stream(Descriptor socket)
{
    if (!tls_) return std::make_unique<Stream>(std::move(socket), stop_);

    auto stream = std::make_unique<TlsStream>(std::move(socket), stop_, *tls_);
    auto handshake = stream->shake_hands();
    const std::lock_guard lock{mutex_};
    handshakes_.push_back(std::move(handshake));
    return stream;
}

void HttpPeer::converse(Stream& stream, std::size_t connection)
{
    if (options_.on_connect) {
        Exchange exchange{Request{}, stream};
        options_.on_connect(exchange);
    }
    std::string bytes;
    for (std::size_t number = 1; stream.is_open(); ++number) {
        std::optional<Request> request;
        try {
            request = receive_request(stream, bytes);
        } catch (const std::invalid_argument& error) {
            stream.send(ordinary_answer(400, "text/plain", error.what()));
            stream.close();
            return;
        }
        if (!request) return;

        request->connection = connection;
        request->number = number;
        {
            const std::lock_guard lock{mutex_};
            requests_.push_back(*request);
        }
        Exchange exchange{std::move(*request), stream};
        handler_(exchange);
    }
}

void HttpPeer::Exchange::drip(std::string_view bytes, std::chrono::nanoseconds interval)
{
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (at > 0) sleep(interval);
        send(bytes.substr(at, 1));
    }
}

void HttpPeer::Exchange::reply(int status, std::string_view content_type, std::string_view body,
                               std::string_view headers)
{
    send(ordinary_answer(status, content_type, body, headers));
}

void HttpPeer::Exchange::hold()
{
    stream_.sleep_until(Clock::time_point::max());
    throw Over{};
}

std::string ordinary_answer(int status, std::string_view content_type, std::string_view body,
                            std::string_view headers)
{
    std::string answer = "HTTP/1.1 " + std::to_string(status) + (status == 200 ? " OK" : " ");
    answer.append("\r\nContent-Type: ").append(content_type);
    answer.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    answer.append("\r\n").append(headers).append("\r\n").append(body);
    return answer;
}

}  // namespace pivot::test
