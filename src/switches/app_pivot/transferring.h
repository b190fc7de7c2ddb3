/* The caller goes elsewhere: to an extension of the dialplan, which is Asterisk's own way. */
#ifndef SWITCHES_APP_PIVOT_TRANSFERRING_H
#define SWITCHES_APP_PIVOT_TRANSFERRING_H

#include "switches/app_pivot/legs.h"

/* MOVED, or JOB_ENDED if there is no such extension. */
void transfer_caller(struct live_call* call, pivot_job number, struct leg* caller,
                     const pivot_transfer* transfer);

#endif
