/* DTMF that is sent to the far end of a leg, key by key. */
#ifndef SWITCHES_APP_PIVOT_SENDING_KEYS_H
#define SWITCHES_APP_PIVOT_SENDING_KEYS_H

#include "switches/app_pivot/legs.h"

/* Until JOB_ENDED. */
void send_key_sequence(struct live_call* call, pivot_job number, struct leg* leg,
                       const pivot_keys* keys);

#endif
