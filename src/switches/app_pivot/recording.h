/* Recordings of a leg: by the channel's thread, which hears keys and silence, or beside everything
 * else by Asterisk's MixMonitor. */
#ifndef SWITCHES_APP_PIVOT_RECORDING_H
#define SWITCHES_APP_PIVOT_RECORDING_H

#include "switches/app_pivot/legs.h"

/* RECORDING_BEGAN, then RECORDED. */
void record_leg(struct live_call* call, pivot_job number, struct leg* leg,
                const pivot_recording* recording);

#endif
