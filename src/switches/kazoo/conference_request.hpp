// The request that brings a caller into a conference of KAZOO's.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/call_line.hpp"

#include <pivot/command.hpp>

#include <string>

namespace pivot::switches::kazoo {

// As KAZOO's own TwiML makes it of the name, so that both meet in one conference: MD5 in
// hexadecimal.
std::string conference_id(const RoomName& room);

// KAZOO's application of conferences takes the request, and joins the caller by itself.
Publication conference_request(const Frame& frame, const CallIdentity& call,
                               const Conference& conference);

}  // namespace pivot::switches::kazoo
