/* A leg in a bridge, whose own thread then moves its frames: the channel's thread stays free for
 * commands. Keys are still told, by a hook on the channel. */
#ifndef SWITCHES_APP_PIVOT_AWAY_H
#define SWITCHES_APP_PIVOT_AWAY_H

#include "switches/app_pivot/legs.h"

struct ast_bridge;

/* Returns -1 if Asterisk does not let it in. NEWS_LEFT_BRIDGE comes when it has left. */
int away_begin(struct leg* leg, struct ast_bridge* bridge);
/* Fetches it back, if it is away. Waits for the bridge's thread, which is soon done. */
void away_end(struct leg* leg);
/* Whether news about a leg that left are about where it is now. */
int away_is_over(const struct leg* leg, const struct news* news);

#endif
