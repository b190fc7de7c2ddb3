// Commands for KAZOO's call control, and requests to its other applications, in the form that KAZOO
// validates.
//
// A command is a JSON object that names its application and its call. It is sent in a frame, alone
// or with others that are performed one after the other.
#pragma once

#include "switches/body.hpp"
#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/call_line.hpp"

#include <pivot/command.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::switches::kazoo {

// ---- commands -----------------------------------------------------------------------------------

Body command_of(std::string_view application, std::string_view call_id);
std::string plain_command(std::string_view application, std::string_view call_id);

// The error says in a sentence why KAZOO cannot play it.
tl::expected<std::string, std::string> play_command(const CallIdentity& call, const Media& media);

std::string speech_command(std::string_view call_id, const Speech& speech);
std::string keys_command(std::string_view call_id, const KeySequence& keys,
                         std::chrono::milliseconds key_length);

// An empty cause is NORMAL_CLEARING.
std::string hangup_command(std::string_view call_id, std::string_view cause);
std::string respond_command(std::string_view call_id, int sip_code, std::string_view phrase);

// Sets variables of the channel.
std::string set_command(std::string_view call_id, const Variables& variables);

// Records the caller until a key, silence or the limit. KAZOO uploads the file to the URL in the
// channel's variables.
std::string record_command(std::string_view call_id, std::string_view media_name,
                           const Recording& recording);

// Records both sides in the background.
std::string record_call_command(std::string_view call_id, bool starts, std::string_view media_name,
                                const Recording& recording);

// A voice by KAZOO's name; empty for its default.
std::string_view voice_of(const VoiceName& voice);

// ---- frames -------------------------------------------------------------------------------------

// When a command is performed.
enum class InsertAt : std::uint8_t {
    tail,
    now,    // without regard to the queue
    flush,  // stops the running command and drops the queued ones
};

struct Frame {
    std::string_view node;   // our name on the bus
    std::string_view queue;  // for answers
    std::string_view message_id;
    InsertAt insert_at = InsertAt::tail;
    std::string_view application = "kapps_call";
    std::string_view version = "1.0.0";
};

// The keys of every message.
Body envelope_of(const Frame& frame, std::string_view category, std::string_view name);

std::string framed(const Frame& frame, std::string command);

// Several commands, in order, followed by a marker: a `noop`, whose completion tells the message's
// id.
std::string framed_queue(const Frame& frame, std::string_view call_id,
                         std::vector<std::string> commands);

// Only the marker.
std::string marker(const Frame& frame, std::string_view call_id);

// ---- requests -----------------------------------------------------------------------------------

// Asks whether the switch still has a call. A channel_status_resp comes to the frame's queue.
Publication status_request(const Frame& frame, std::string_view call_id);

}  // namespace pivot::switches::kazoo
