#include "net/connection.hpp"

#include "base/pass_on.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace pivot::net {

using reactor::Deadline;
using reactor::Receiver;
using reactor::Task;

Task<Result<void>> Connection::secure(TlsContext& context, std::string_view host,
                                      std::string_view origin, bool sends_sni, Deadline& deadline)
{
    tls_ = std::make_unique<TlsStream>(context, *tcp_, host, origin, sends_sni);
    co_return co_await tls_->handshake(deadline);
}

Task<Result<void>> Connection::handshake(Deadline& deadline)
{
    if (!tls_) co_return Result<void>();
    auto done = co_await tls_->handshake(deadline);
    if (!done && done.error().reason == Reason::protocol) tls_.reset();
    co_return done;
}

Task<Result<void>> Connection::send(std::string_view bytes, Deadline& deadline)
{
    return tls_ ? tls_->send(bytes, deadline) : tcp_->send(bytes, deadline);
}

void Connection::start_duplex()
{
    assert(has_sent_all());
    if (tls_) tls_->start_duplex();
}

Task<Result<void>> Connection::send_all(std::string_view bytes, Deadline& deadline)
{
    return tls_ ? tls_->send_all(bytes, deadline) : tcp_->send_all(bytes, deadline);
}

Task<> Connection::end_sending()
{
    if (tls_) co_await tls_->end();
    co_await tcp_->end_sending();
}

Receive Connection::receive(Phase& phase, Deadline& deadline)
{
    if (tls_) return Receive(tls_->receive(phase, deadline), deadline);
    if (!tcp_->has_sent_all()) return Receive(send_and_receive(phase, deadline), deadline);
    return Receive(tcp_->receive(deadline), deadline);
}

Task<Result<Received>> Connection::send_and_receive(Phase& phase, Deadline& deadline)
{
    const std::string_view rest;
    auto sent = co_await tcp_->send(rest, deadline);
    if (!sent) co_return pass_on(sent);
    if (tcp_->has_sent_all()) phase = Phase::wait;
    Receive receiving(tcp_->receive(deadline), deadline);
    auto received = co_await receiving;
    co_return received;
}

Task<> Connection::close()
{
    const bool ends_tls = tls_ != nullptr && tcp_->can_close_in_good_order();
    return ends_tls ? close_tls() : tcp_->close();
}

Task<> Connection::close_tls()
{
    co_await tls_->end();
    co_await tcp_->close();
}

bool Receive::await_ready() const noexcept
{
    const auto* plain = std::get_if<Receiver::Wait>(&way_);
    return plain != nullptr && plain->await_ready();
}

bool Receive::await_suspend(std::coroutine_handle<> waiting)
{
    if (auto* tls = std::get_if<OverTls>(&way_)) return tls->await_suspend(waiting);
    if (auto* task = std::get_if<AfterSending>(&way_)) return task->await_suspend(waiting);
    std::get<Receiver::Wait>(way_).await_suspend(waiting);
    return true;
}

Result<Received> Receive::await_resume()
{
    if (auto* tls = std::get_if<OverTls>(&way_)) {
        auto decrypted = tls->await_resume();
        if (!decrypted) return pass_on(decrypted);
        return Received(*decrypted);
    }
    if (auto* task = std::get_if<AfterSending>(&way_)) return task->await_resume();
    Receiver::Arrival arrival = std::get<Receiver::Wait>(way_).await_resume();
    if (arrival.result > 0) return Received(std::move(arrival.buffer));
    if (arrival.result == 0) return Received();
    if (deadline_.has_expired()) return tl::unexpected(deadline_.failure(Phase::read));
    return fail(Reason::closed, Phase::read, std::strerror(-arrival.result));
}

}  // namespace pivot::net
