/* Does what the news say, on the channel's thread. */
#ifndef SWITCHES_APP_PIVOT_OBEYING_H
#define SWITCHES_APP_PIVOT_OBEYING_H

#include "switches/app_pivot/live_call.h"

/* All that there are now. */
void obey_news(struct live_call* call);

#endif
