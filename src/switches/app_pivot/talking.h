/* The caller talks with a leg that has answered. */
#ifndef SWITCHES_APP_PIVOT_TALKING_H
#define SWITCHES_APP_PIVOT_TALKING_H

#include "switches/app_pivot/legs.h"

/* Until BRIDGE_ENDED. */
void bridge_with(struct live_call* call, pivot_job number, struct leg* leg);

#endif
