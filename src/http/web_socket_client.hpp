// Opens WebSockets: address, TCP, TLS, handshake.
#pragma once

#include "http/destination.hpp"
#include "http/opener.hpp"
#include "http/web_socket.hpp"
#include "http/web_socket_handshake.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

#include <memory>

namespace pivot::http {

// Fails like Opener, or with status (the answer was not 101), protocol, too_large, closed, timeout
// or cancelled. Does not follow redirects.
reactor::Task<Result<std::unique_ptr<WebSocket>>> open_web_socket(Opener& opener,
                                                                  const Destination& destination,
                                                                  const UpgradeWish& wish,
                                                                  const WebSocketConfig& config,
                                                                  reactor::Deadline& deadline);

}  // namespace pivot::http
