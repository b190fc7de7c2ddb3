/* The one engine of the module, with threads of its own. */
#ifndef SWITCHES_APP_PIVOT_MODULE_ENGINE_H
#define SWITCHES_APP_PIVOT_MODULE_ENGINE_H

#include <pivot/session.h>

struct settings;

/* Returns -1 if the engine refuses its settings, which it says in Asterisk's log. */
int engine_begin(const struct settings* settings);
/* No call may be performed or rest. */
void engine_end(void);

pivot_engine* engine_now(void);

#endif
