/* Performs a call on the channel's own thread, which waits for frames, for commands and for the
 * time, and never for anything else. */
#ifndef SWITCHES_APP_PIVOT_PERFORMING_H
#define SWITCHES_APP_PIVOT_PERFORMING_H

#include "switches/app_pivot/live_call.h"

/* Returns when the call is not Pivot's any more; call->progress says why. Nothing runs then, and
 * all legs but the caller's are gone. */
void perform_call(struct live_call* call, struct ast_channel* channel);

#endif
