/* What the caller hears while others are dialled, if the document chose it. The engine does not
 * know of it. */
#ifndef SWITCHES_APP_PIVOT_RINGBACK_H
#define SWITCHES_APP_PIVOT_RINGBACK_H

#include "switches/app_pivot/live_call.h"

void begin_ringback(struct live_call* call, const pivot_media* media);
void stop_ringback(struct live_call* call);

#endif
