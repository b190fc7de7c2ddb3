/* The one engine of the module, with threads of its own. */
#ifndef SWITCHES_APP_PIVOT_MODULE_ENGINE_H
#define SWITCHES_APP_PIVOT_MODULE_ENGINE_H

#include <pivot/session.h>

struct settings;

/* Returns -1 if the engine refuses its settings, which it says in Asterisk's log. */
int engine_begin(const struct settings* settings);
/* Calls go on. Returns -1, and changes nothing, if the engine refuses. */
int engine_reload(const struct settings* settings);
/* Whether a call is performed or rests. */
int engine_is_busy(void);
/* It must not be busy. */
void engine_end(void);

pivot_engine* engine_now(void);

#endif
