// How a call is refused: Asterisk takes causes and makes SIP statuses of them.
#pragma once

namespace pivot::switches::asterisk {

// The cause of Q.850 for which Asterisk's chan_pjsip answers with this status or the nearest that
// it has.
int cause_refusing_with(int sip_code);

}  // namespace pivot::switches::asterisk
