// Signatures by which a web server knows our requests. The account's key is the secret.
//
// TwiML sessions sign as Twilio does, so that a voice application's own validator accepts them;
// KAZOO sessions sign the time and the body, in a header of our own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::exchange {

inline constexpr std::string_view twilio_signature_header = "X-Twilio-Signature";
inline constexpr std::string_view kazoo_signature_header = "X-Pivot-Signature";

using FormParameter = std::pair<std::string_view, std::string_view>;

// Base64 of the HMAC-SHA1 of `url` and the decoded parameters of the form that is its body, if it
// has one: sorted by name, then by value, in byte order, each pair once. `url` is as the customer
// wrote it, with the query that is sent; its fragment is left out. A body other than a form is
// signed by its `bodySHA256` in the query (body_sha256()), which is sent along.
std::string twilio_signature(std::string_view key, std::string_view url,
                             std::span<const FormParameter> parameters);

// The same for a body that is encoded already: `CallSid=CA1&Digits=1%23`.
std::string twilio_form_signature(std::string_view key, std::string_view url,
                                  std::string_view form);

// `t=1700000000,v1=5f2c…`: seconds of Unix time, and the HMAC-SHA256 of `1700000000.` and the body
// in lower-case hexadecimal. A GET has an empty body. The time lets a receiver refuse replays.
std::string kazoo_signature(std::string_view key, std::int64_t unix_time_s, std::string_view body);

// The SHA-256 of a body in lower-case hexadecimal.
std::string body_sha256(std::string_view body);

}  // namespace pivot::exchange
