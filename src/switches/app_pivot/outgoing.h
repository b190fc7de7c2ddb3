/* A channel to one target of a dial. */
#ifndef SWITCHES_APP_PIVOT_OUTGOING_H
#define SWITCHES_APP_PIVOT_OUTGOING_H

#include "switches/app_pivot/legs.h"

/* Calls the target. Returns null if that failed: `*cause` is why, and `why` a sentence, if there is
 * more to say than the cause. */
struct leg* call_target(struct live_call* call, const pivot_dial* dial, const pivot_target* target,
                        int* cause, const char** why);

#endif
