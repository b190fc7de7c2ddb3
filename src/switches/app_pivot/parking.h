/* The caller waits in a parking lot of Asterisk, until somebody dials the slot. */
#ifndef SWITCHES_APP_PIVOT_PARKING_H
#define SWITCHES_APP_PIVOT_PARKING_H

#include "switches/app_pivot/legs.h"

/* MOVED, or JOB_ENDED if Asterisk does not park. After MOVED this returns only when the caller has
 * left the lot and the one who fetched them. If the slot is empty, Asterisk chooses one. */
void park_caller(struct live_call* call, pivot_job number, struct leg* caller, const char* slot);

#endif
