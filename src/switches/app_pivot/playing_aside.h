/* A sound that is played to a leg in a bridge, by the bridge's thread. */
#ifndef SWITCHES_APP_PIVOT_PLAYING_ASIDE_H
#define SWITCHES_APP_PIVOT_PLAYING_ASIDE_H

#include "switches/app_pivot/legs.h"

/* Until JOB_ENDED. */
void play_aside(struct live_call* call, pivot_job number, struct leg* leg,
                const pivot_media* media);
/* Ends what was played to a leg that has come back. */
void stop_asides(struct live_call* call, struct leg* leg);

#endif
