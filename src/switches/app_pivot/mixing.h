/* The caller in a mix: all who are in the mix of one name hear each other, whichever call they
 * belong to. The engine builds its rooms and queues of it. */
#ifndef SWITCHES_APP_PIVOT_MIXING_H
#define SWITCHES_APP_PIVOT_MIXING_H

#include "switches/app_pivot/legs.h"

/* Until it is stopped. `members_max` 0: any number. */
void mix_caller(struct live_call* call, pivot_job number, const char* name, int members_max);

#endif
