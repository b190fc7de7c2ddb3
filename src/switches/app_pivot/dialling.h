/* Others are dialled for the caller, all at once or one after the other, until one answers. */
#ifndef SWITCHES_APP_PIVOT_DIALLING_H
#define SWITCHES_APP_PIVOT_DIALLING_H

#include "switches/app_pivot/live_call.h"

/* LEG_RINGING, then LEG_ANSWERED or DIAL_FAILED. */
void dial_targets(struct live_call* call, pivot_job number, const pivot_dial* dial);

#endif
