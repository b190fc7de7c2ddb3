#include "http/web_socket.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"

#include <cassert>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

using reactor::Deadline;
using reactor::Task;

std::string goodbye(const WebSocketClose& close)
{
    const std::string why = close.reason.empty() ? std::string() : ": " + printable(close.reason);
    if (close.status == CloseStatus::none) return "the peer closed the WebSocket";
    return fmt::format("the peer closed the WebSocket with {}{}", close.status, why);
}

Result<void> fail_closed(std::string_view why)
{
    return fail(Reason::closed, Phase::read, std::string(why));
}

}  // namespace

WebSocket::WebSocket(reactor::Reactor& reactor, std::unique_ptr<net::Connection> connection,
                     WebSocketRole role, const WebSocketConfig& config, std::string_view surplus)
    : reactor_(reactor),
      connection_(std::move(connection)),
      config_(config),
      codec_(role, config.limits),
      writing_(reactor, never),
      writer_(reactor)
{
    connection_->start_duplex();
    check_after(config_.ping_ns);
    writer_.spawn(write(writing_));
    auto fed = feed(surplus);
    if (!fed) failure_ = std::move(fed.error());
}

WebSocket::~WebSocket()
{
    assert(writer_.running() == 0);
}

Task<Result<WebSocketMessage>> WebSocket::receive(Deadline& deadline)
{
    while (true) {
        auto message = codec_.take_message();
        if (message) co_return std::move(*message);
        if (codec_.peer_close()) {
            co_return fail(Reason::closed, Phase::read, goodbye(*codec_.peer_close()));
        }
        if (failure_) co_return tl::unexpected(*failure_);
        auto done = co_await read(deadline);
        // Messages that arrived before the failure come first.
        if (!done && !failure_) co_return pass_on(done);
    }
}

// Waits for bytes, or until it is time to check on the peer. Loses nothing if the deadline ends the
// wait.
Task<Result<void>> WebSocket::read(Deadline& deadline)
{
    Phase phase = Phase::read;
    Deadline until_check(deadline, check_at_);
    auto received = co_await connection_->receive(phase, until_check);
    if (!received && deadline.has_expired()) {
        co_return tl::unexpected(deadline.failure(Phase::read));
    }
    Result<void> done;
    if (received) {
        const std::string_view bytes = received->bytes();
        done = bytes.empty()
                   ? fail_closed("the peer closed the connection without closing the WebSocket")
                   : feed(bytes);
    } else if (until_check.has_expired()) {
        done = check_peer();
    } else {
        done = pass_on(received);
    }
    if (!done) failure_ = done.error();
    co_return done;
}

Result<void> WebSocket::feed(std::string_view bytes)
{
    auto fed = codec_.feed(bytes);
    if (codec_.frames_heard() != std::exchange(frames_heard_, codec_.frames_heard())) {
        check_after(config_.ping_ns);
        awaits_pong_ = false;
    }
    wake_writer();
    return fed;
}

// Counts from now, because nobody may have received for a while.
void WebSocket::check_after(Nanoseconds ns)
{
    check_at_ = ns == never ? never : reactor_.now() + ns;
}

Result<void> WebSocket::check_peer()
{
    if (awaits_pong_) {
        return fail(Reason::timeout, Phase::read,
                    fmt::format("the peer has not answered a ping within {} ms",
                                config_.pong_ns / 1'000'000));
    }
    check_after(config_.pong_ns);
    awaits_pong_ = true;
    codec_.ping();
    wake_writer();
    return {};
}

Result<void> WebSocket::send(WebSocketMessage::Kind kind, std::string_view bytes)
{
    if (has_lost_writer_) return fail(Reason::closed, Phase::send, "the WebSocket is broken");
    auto sent = codec_.send(kind, bytes);
    wake_writer();
    return sent;
}

// If it fails, receiving fails as well, at once or for lack of a pong.
Task<> WebSocket::write(Deadline& deadline)
{
    while (!has_lost_writer_ && !deadline.has_expired()) {
        is_writing_ = codec_.has_outgoing();
        if (is_writing_) {
            const std::string bytes = codec_.take_outgoing();
            auto sent = co_await connection_->send_all(bytes, deadline);
            has_lost_writer_ = !sent;
        } else {
            has_written_all_.happen();
            co_await has_outgoing_.wait(deadline);
        }
    }
    has_written_all_.happen();
}

void WebSocket::wake_writer()
{
    if (codec_.has_outgoing()) has_outgoing_.happen();
}

Task<> WebSocket::close(std::uint16_t status, std::string_view reason, Deadline& deadline)
{
    codec_.close(status, reason);
    wake_writer();
    {
        Deadline in_time(deadline, reactor_.now() + config_.close_ns);
        co_await say_goodbye(in_time);
    }
    if (!can_close_in_good_order()) connection_->reset_on_close();
    writing_.expire(Reason::cancelled);
    co_await writer_.join();
    co_await connection_->close();
}

// Waits until the peer's close has come and ours is sent.
Task<> WebSocket::say_goodbye(Deadline& deadline)
{
    while (!failure_ && !codec_.peer_close() && !deadline.has_expired()) {
        auto done = co_await read(deadline);
        while (codec_.take_message()) continue;
    }
    while (is_writing() && !deadline.has_expired()) co_await has_written_all_.wait(deadline);
}

bool WebSocket::is_writing() const
{
    return !has_lost_writer_ && (is_writing_ || codec_.has_outgoing());
}

// A reset would also discard what the peer has not read, such as our reason for closing.
bool WebSocket::can_close_in_good_order() const
{
    const bool has_refused =
        failure_ && (failure_->reason == Reason::protocol || failure_->reason == Reason::too_large);
    return !is_writing() && (codec_.peer_close() || has_refused);
}

}  // namespace pivot::http
