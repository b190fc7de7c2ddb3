#include "net/connection.hpp"

#include <cstring>
#include <utility>

namespace pivot::net {

Task<Result<void>> Connection::secure(TlsContext& context, std::string_view host,
                                      std::string_view origin, Deadline& deadline)
{
    tls_ = std::make_unique<TlsStream>(context, *tcp_, host, origin);
    co_return co_await tls_->handshake(deadline);
}

Task<Result<void>> Connection::send(std::string_view bytes, Deadline& deadline)
{
    return tls_ ? tls_->send(bytes, deadline) : tcp_->send(bytes, deadline);
}

Task<Result<Received>> Connection::receive(Deadline& deadline)
{
    if (tls_) {
        auto decrypted = co_await tls_->receive(deadline);
        if (!decrypted) co_return tl::unexpected(std::move(decrypted.error()));
        co_return Received(*decrypted);
    }
    Receiver::Arrival arrival = co_await tcp_->receive(deadline);
    if (arrival.result > 0) co_return Received(std::move(arrival.buffer));
    if (arrival.result == 0) co_return Received();
    if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::read));
    co_return fail(Reason::closed, Phase::read, std::strerror(-arrival.result));
}

}  // namespace pivot::net
