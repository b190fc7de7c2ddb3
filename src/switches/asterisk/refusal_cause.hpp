// Causes for refusing a call: Asterisk takes a cause and makes a SIP status of it.
#pragma once

namespace pivot::switches::asterisk {

// The Q.850 cause for which Asterisk's chan_pjsip answers with this status, or the nearest it has.
int cause_refusing_with(int sip_code);

}  // namespace pivot::switches::asterisk
