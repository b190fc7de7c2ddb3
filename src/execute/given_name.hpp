// Names that a document gives the switch: of sounds, tones, people and callers.
//
// Documents come from customers' web servers. What they name must not become a path, a command, a
// variable or a second address in the switch's own language.
#pragma once

#include <string>
#include <string_view>

namespace pivot::execute {

// What a tone and a stream of the switch's own begin with.
inline constexpr std::string_view tone_scheme = "tone_stream://";
inline constexpr std::string_view stream_scheme = "local_stream://";

// Of a sound that the switch keeps, or `local_stream://` and a name. Of a path no more than folders
// downwards.
bool is_sound_name(std::string_view name);

// Behind `tone_stream://`: `%(500,100,440);loops=3`.
bool is_tone(std::string_view tone);

// A SIP URI without headers (RFC 3261, section 19.1), at most 255 bytes, with nothing in it that
// dial strings are made of. `ann@example.com` gets its `sip:`. Empty: it is none.
std::string sip_uri_of(std::string_view text);

// Of a user who is registered: what may stand in a SIP URI's user and host.
bool is_user_name(std::string_view name);

// Of an INVITE: a line break would begin a header of its own.
bool is_header(std::string_view name, std::string_view value);

// What is to be called: digits, a plus before them. Blanks, brackets, dots, slashes and hyphens may
// stand between them. Empty: it is no number.
std::string bare_number(std::string_view text);

// What a callee is shown: a number, or letters, digits and `+-_.:@`. Empty: it is none.
std::string caller_id_of(std::string_view text);

}  // namespace pivot::execute
