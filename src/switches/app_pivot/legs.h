/* The channels of a call: the caller's, and those that were dialled for it.
 *
 *   dialled ─► rings ─► answered ─┬─► in a bridge ─┐
 *                                 └◄───────────────┴─► hung up
 *
 * The channel's thread reads the frames of all that are in no bridge.
 */
#ifndef SWITCHES_APP_PIVOT_LEGS_H
#define SWITCHES_APP_PIVOT_LEGS_H

#include "switches/app_pivot/live_call.h"

enum { CALLER = 0 };

struct leg {
    pivot_leg number;
    struct ast_channel* channel;
    struct live_call* call;
    int was_told;        /* ringing, or answered: so its end is told, too */
    int is_away;         /* in a bridge, whose thread reads the frames */
    struct ast_pbx* pbx; /* put aside while it is away */
    int hook;            /* tells of keys while it is away */
    int32_t stay;        /* the number of its bridge: 1, 2, … */
    struct leg* next;
};

/* Returns null if there is no memory. `channel` then is still the caller's. */
struct leg* leg_add(struct live_call* call, pivot_leg number, struct ast_channel* channel);
struct leg* leg_find(struct live_call* call, pivot_leg number);
int leg_is_up(const struct leg* leg);

/* The far end is gone, or is to go: tells LEG_ENDED and the ends of what it was used for, and hangs
 * up. Not for the caller. */
void leg_end(struct live_call* call, struct leg* leg);
/* Hangs up without a word. */
void leg_drop(struct live_call* call, struct leg* leg);

#endif
