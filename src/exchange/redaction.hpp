// Takes secrets out of debug records and logs: credentials, signatures and payment data.
//
// Secrets are found everywhere, bodies included: in URLs, whether plain, with the escapes of JSON
// or XML, or percent-encoded; in signed links to recordings; under Twilio's names for payments and
// SIP passwords, in forms, in JSON and as attributes; and in the headers that carry them.
#pragma once

#include <string>
#include <string_view>

namespace pivot::exchange {

inline constexpr std::string_view redacted = "[redacted]";

// `is_cut` says that the text goes on after its end, where the rest of a secret may be.
//
//     https://ann:secret@h/?SecurityCode=123    https://[redacted]@h/?SecurityCode=[redacted]
//     https://h/r/a1/ID.1796600000.MAC.wav      https://h/r/a1/ID.1796600000.[redacted].wav
std::string redact(std::string_view text, bool is_cut = false);

// The value of a header. Names of cookies stay, and so do the attributes of Set-Cookie.
std::string redact_header(std::string_view name, std::string_view value);

}  // namespace pivot::exchange
