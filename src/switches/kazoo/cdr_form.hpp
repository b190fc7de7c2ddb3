// The call detail record of an ended call in the form that KAZOO's pivot posts: its CHANNEL_DESTROY
// event, form-encoded.
#pragma once

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The event without the headers of a message and without Custom-Channel-Vars, but with Call-ID and
// Account-ID, which KAZOO leaves out. Empty if the event cannot be read.
std::string cdr_form(std::string_view event, std::string_view account_id);

}  // namespace pivot::switches::kazoo
