/* What the engine calls in a toy switch, and what it has to do of that. */
#ifndef PIVOT_TESTS_TOY_CHANNEL_H
#define PIVOT_TESTS_TOY_CHANNEL_H

#include "toy_switch.h"

#include <stdbool.h>

extern const pivot_channel toy_channel; /* can do everything */

/* Whether this thread is inside a function in which no command may come. */
extern _Thread_local bool toy_is_inside;

pivot_sinks toy_sinks(toy_switch* toy);

/* The next one of a lane, with its mutex. Null: there is none. */
toy_deed* toy_take(toy_lane* lane);

/* With the mutex of the call, as the next two. Checks that what was shown is still there. */
void toy_check_is_unchanged(const toy_deed* deed);

/* The engine need not keep any longer what the job's command showed: returns that command, or
 * TOY_COMMANDS if no such job runs. */
toy_command toy_release(toy_call* call, pivot_job job);
void toy_free_unless_used(toy_deed* deed);

void* toy_must(void* allocated);
void toy_lock(toy_call* call);
void toy_unlock(toy_call* call);

#endif
