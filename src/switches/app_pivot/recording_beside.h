/* A recording beside everything else that happens to a leg, of both sides or of one. */
#ifndef SWITCHES_APP_PIVOT_RECORDING_BESIDE_H
#define SWITCHES_APP_PIVOT_RECORDING_BESIDE_H

#include "switches/app_pivot/legs.h"

/* RECORDING_BEGAN, then RECORDED. */
void record_beside(struct live_call* call, pivot_job number, struct leg* leg,
                   const pivot_recording* recording);

#endif
