#include "http/served_connection.hpp"

#include "base/pass_on.hpp"
#include "http/status.hpp"
#include "reactor/reactor.hpp"

namespace pivot::http {

namespace {

using reactor::Deadline;
using reactor::Task;

// How much a client may still send unread after the last response, and for how long.
constexpr Nanoseconds linger_ns = 2 * second_ns;
constexpr std::size_t linger_bytes_max = 256 * 1024;

// Nobody is left to answer.
tl::unexpected<Refusal> gone()
{
    return refuse(0, "the client has left");
}

}  // namespace

Task<tl::expected<void, Refusal>> ServedConnection::open()
{
    Deadline opening(draining_, in(limits_.head_ns));
    auto secured = co_await connection_->handshake(opening);
    const bool lacks_tls = !secured && secured.error().reason == Reason::protocol;
    if (!secured && !lacks_tls) co_return gone();
    connection_->start_duplex();  // requests may arrive while a response is sent
    if (lacks_tls)
        co_return refuse(status::bad_request, "this port speaks TLS: ask it by https://");
    co_return tl::expected<void, Refusal>();
}

// Returns false if the deadline expires, or the client has closed its side.
Task<bool> ServedConnection::receive(Deadline& deadline)
{
    Phase phase = Phase::read;
    auto received = co_await connection_->receive(phase, deadline);
    if (!received) co_return false;
    rest_ += received->bytes();
    co_return !received->bytes().empty();
}

// A connection that has never sent anything is closed sooner than a kept one.
Task<ServedConnection::Read> ServedConnection::read()
{
    const Nanoseconds patience_ns =
        std::exchange(is_first_, false) ? limits_.head_ns : limits_.idle_ns;
    if (rest_.empty()) {
        Deadline idle(draining_, in(patience_ns));
        const bool has_begun = co_await receive(idle);
        if (!has_begun) co_return gone();
    }
    auto read = co_await read_begun();
    co_return read;
}

Task<ServedConnection::Read> ServedConnection::read_begun()
{
    auto head = co_await read_until(&RequestParser::has_head, limits_.head_ns);
    if (!head) co_return pass_on(head);
    if (parser_.expects_continue()) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        Deadline writing(closing_, in(limits_.write_ns));
        auto sent = co_await connection_->send_all(go_on, writing);
        if (!sent) co_return gone();
    }
    auto body = co_await read_until(&RequestParser::is_complete, limits_.body_ns);
    if (!body) co_return pass_on(body);
    co_return parser_.take();
}

Task<tl::expected<void, Refusal>> ServedConnection::read_until(bool (RequestParser::*is_done)()
                                                                   const,
                                                               Nanoseconds within_ns)
{
    Deadline deadline(closing_, in(within_ns));
    while (!(parser_.*is_done)()) {
        if (rest_.empty()) {
            const bool has_more = co_await receive(deadline);
            if (!has_more && deadline.has_expired() && !closing_.has_expired()) {
                co_return refuse(status::request_timeout, "the request takes too long");
            }
            if (!has_more) co_return gone();
        }
        auto fed = parser_.feed(rest_);
        if (!fed) co_return pass_on(fed);
        rest_.erase(0, *fed);
    }
    co_return tl::expected<void, Refusal>();
}

Task<bool> ServedConnection::write(const ServerResponse& response, Sending how)
{
    how.unix_ms = closing_.reactor().clock().unix_now_ms();
    how.headers = headers_;
    std::string message;
    const std::string_view body = append_response(message, response, how);
    Deadline writing(closing_, in(limits_.write_ns));
    auto sent = co_await connection_->send_all(message, writing);
    if (sent && !body.empty()) sent = co_await connection_->send_all(body, writing);
    co_return sent.has_value();
}

Task<> ServedConnection::close_after_response()
{
    if (!connection_->receiver().has_ended()) {
        co_await connection_->end_sending();
        Deadline lingering(closing_, in(linger_ns));
        std::size_t bytes = 0;
        bool is_open = true;
        while (is_open && bytes < linger_bytes_max) {
            rest_.clear();
            is_open = co_await receive(lingering);
            bytes += rest_.size();
        }
    }
    co_await connection_->close();
}

}  // namespace pivot::http
