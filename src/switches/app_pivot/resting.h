/* A call that the dialplan has got back: its session rests until the channel is no more. */
#ifndef SWITCHES_APP_PIVOT_RESTING_H
#define SWITCHES_APP_PIVOT_RESTING_H

#include "switches/app_pivot/live_call.h"

/* Tells HUNG_UP when the channel goes. */
void let_rest(struct live_call* call, struct ast_channel* channel);

#endif
