/* A sound that is played to a leg, for play() and for say(). */
#ifndef SWITCHES_APP_PIVOT_PLAYING_H
#define SWITCHES_APP_PIVOT_PLAYING_H

#include "switches/app_pivot/legs.h"

/* Until JOB_ENDED. A leg that is in a bridge hears it there, and nobody else does. */
void play_media(struct live_call* call, pivot_job number, struct leg* leg,
                const pivot_media* media);

#endif
