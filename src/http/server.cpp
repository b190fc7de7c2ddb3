#include "http/server.hpp"

#include "http/status.hpp"

#include <utility>

namespace pivot::http {

namespace {

using reactor::Deadline;
using reactor::Scope;
using reactor::Task;

// If more are being refused, further connections are closed without a response.
constexpr std::size_t turned_away_max = 16;

// Expires a deadline when the client closes its side. Earlier bytes stay unread, beyond a few
// slices in the kernel, and an end after more than that is not noticed.
class ClientWatch final : private reactor::Receiver::Listener {
public:
    ClientWatch(reactor::Receiver& receiver, Deadline& deadline)
        : receiver_(receiver), deadline_(deadline)
    {
        receiver_.set_listener(this);
        arrived_unasked();
    }
    ClientWatch(const ClientWatch&) = delete;
    ClientWatch& operator=(const ClientWatch&) = delete;
    ~ClientWatch() { receiver_.set_listener(nullptr); }

private:
    void arrived_unasked() override
    {
        if (receiver_.has_ended()) deadline_.expire(Reason::cancelled);
    }

    reactor::Receiver& receiver_;
    Deadline& deadline_;
};

}  // namespace

Server::Server(reactor::Reactor& reactor, ServerHandler& handler, const ServerLimits& limits,
               std::string headers)
    : reactor_(reactor),
      handler_(handler),
      limits_(limits),
      headers_(std::move(headers)),
      closing_(reactor, never),
      draining_(closing_)
{
}

void Server::drain()
{
    draining_.expire(Reason::cancelled);
}

void Server::close()
{
    closing_.expire(Reason::cancelled);
}

Task<> Server::serve(net::Listener& listener)
{
    Scope clients(reactor_);
    while (true) {
        auto accepted = co_await listener.accept(draining_);
        if (!accepted) break;
        if (connections_ < limits_.connections_max) {
            ++connections_;
            clients.spawn(serve(std::move(*accepted)));
        } else if (turned_away_ < turned_away_max) {
            ++turned_away_;
            clients.spawn(turn_away(std::move(*accepted)));
        } else {
            co_await (*accepted)->close();
        }
    }
    co_await clients.join();
}

ServedConnection Server::served(std::unique_ptr<net::Connection> accepted)
{
    return {std::move(accepted), limits_, headers_, draining_, closing_};
}

Task<> Server::serve(std::unique_ptr<net::Connection> accepted)
{
    ServedConnection connection = served(std::move(accepted));
    auto opened = co_await connection.open();
    bool goes_on = opened.has_value();
    if (!opened) co_await refuse(connection, opened.error());
    while (goes_on) goes_on = co_await serve_request(connection);
    --connections_;
}

// Sends the refusal and closes.
Task<> Server::refuse(ServedConnection& connection, const Refusal& refusal)
{
    if (refusal.status == 0) {
        co_await connection.close();
        co_return;
    }
    const ServerResponse response = error_response(refusal.status, refusal.message);
    Sending how;
    how.closes = true;
    const bool is_written = co_await connection.write(response, how);
    co_await end(connection, is_written);
}

// Ends the connection after the last response.
Task<> Server::end(ServedConnection& connection, bool is_written)
{
    if (is_written) {
        co_await connection.close_after_response();
    } else {
        co_await connection.close();
    }
}

// Returns whether the connection continues. Otherwise it is closed.
Task<bool> Server::serve_request(ServedConnection& connection)
{
    auto read = co_await connection.read();
    if (!read) {
        co_await refuse(connection, read.error());
        co_return false;
    }
    read->request.client = connection.client();
    const ServerResponse response = co_await answer(read->request, connection);
    Sending how;
    how.is_head = read->request.method == "HEAD";
    how.closes = !read->keeps_alive || draining_.has_expired();
    const bool is_written = co_await connection.write(response, how);
    if (is_written && response.status == status::switching_protocols) {
        co_await take_over(read->request, connection);
        co_return false;
    }
    if (is_written && !how.closes) co_return true;
    co_await end(connection, is_written);
    co_return false;
}

Task<ServerResponse> Server::answer(const ServerRequest& request, ServedConnection& connection)
{
    if (!handler_.needs_client(request)) {
        co_return co_await handler_.answer(request, closing_);
    }
    Deadline with_client(closing_);
    const ClientWatch watch(connection.receiver(), with_client);
    co_return co_await handler_.answer(request, with_client);
}

Task<> Server::take_over(const ServerRequest& request, ServedConnection& connection)
{
    std::string surplus = connection.take_rest();
    auto released = connection.release();
    co_await handler_.take_over(request, std::move(released), std::move(surplus), draining_);
}

Task<> Server::turn_away(std::unique_ptr<net::Connection> accepted)
{
    ServedConnection connection = served(std::move(accepted));
    auto opened = co_await connection.open();
    const Refusal busy = {status::service_unavailable, "too many connections"};
    const Refusal& refusal = opened ? busy : opened.error();
    co_await refuse(connection, refusal);
    --turned_away_;
}

}  // namespace pivot::http
