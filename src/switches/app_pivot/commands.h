/* The commands that Pivot may give to a channel of Asterisk. They run on an engine's thread, and
 * leave news for the channel's own. */
#ifndef SWITCHES_APP_PIVOT_COMMANDS_H
#define SWITCHES_APP_PIVOT_COMMANDS_H

#include <pivot/session.h>

/* For every call; `call` is its live_call. */
extern const pivot_channel asterisk_channel;

#endif
