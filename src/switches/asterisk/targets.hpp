// Parts of ARI requests.
#pragma once

#include "switches/asterisk/ari_commands.hpp"
#include "switches/body.hpp"

#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

// Appends a path segment or a query value, percent-encoded (RFC 3986, section 2.1).
void append_encoded(std::string& out, std::string_view text);

// `channels/1795458421.28` with a continuation: `/play`.
std::string target_of(std::string_view kind, std::string_view id, std::string_view rest = {});

AriRequest post_request(std::string target, std::string body = {});
AriRequest get_request(std::string target);
AriRequest delete_request(std::string target);

// Sets the eventFilter of an application to the events that are read (ari_event.hpp). Asterisk
// answers 404 while nobody has registered the application, and 403 if the user may only read.
AriRequest filter_request(std::string_view application);

// Fetches a recording, which may last four hours.
AriRequest recording_request(std::string_view name);

// Sets a variable of a channel.
AriRequest variable_request(std::string_view channel, std::string_view name,
                            std::string_view value);

}  // namespace pivot::switches::asterisk
