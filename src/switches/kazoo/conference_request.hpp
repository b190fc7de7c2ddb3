// The request to join a caller to one of KAZOO's conferences.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/call_line.hpp"

#include <pivot/command.hpp>

#include <string>

namespace pivot::switches::kazoo {

// The id that KAZOO's own TwiML derives from the name, so that both meet in one conference: MD5 in
// hexadecimal.
std::string conference_id(const RoomName& room);

// KAZOO's conference application takes the request, and joins the caller by itself.
Publication conference_request(const Frame& frame, const CallIdentity& call,
                               const Conference& conference);

}  // namespace pivot::switches::kazoo
