// What must not stand in a debug record: credentials, signatures, and what a caller pays with.
//
// It is found wherever it stands, also in bodies: in URLs, whether they are spelled plainly, with
// the escapes of JSON or XML, or percent-encoded; under the names that Twilio has for payments and
// SIP passwords, in forms, in JSON and as attributes; in the headers that carry it.
#pragma once

#include <string>
#include <string_view>

namespace pivot::exchange {

inline constexpr std::string_view redacted = "[redacted]";

// `is_cut`: the text goes on behind its end, where the rest of a secret may stand.
//
//     https://ann:secret@h/?SecurityCode=123    https://[redacted]@h/?SecurityCode=[redacted]
std::string redact(std::string_view text, bool is_cut = false);

// The value of a header. Of cookies the names stay, of Set-Cookie the attributes, too.
std::string redact_header(std::string_view name, std::string_view value);

}  // namespace pivot::exchange
