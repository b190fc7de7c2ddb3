// The call detail record of a call that has ended, as KAZOO's pivot posts it: the event
// CHANNEL_DESTROY as a form.
#pragma once

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The event without the headers of a message and without Custom-Channel-Vars, but with Call-ID and
// Account-ID, which KAZOO leaves out. Empty if it cannot be read.
std::string cdr_form(std::string_view event, std::string_view account_id);

}  // namespace pivot::switches::kazoo
