/* Other settings while calls are performed. */
#ifndef SWITCHES_APP_PIVOT_RELOADING_H
#define SWITCHES_APP_PIVOT_RELOADING_H

/* Reads pivot.conf again, for the calls that come. Returns -1, and changes nothing, if a setting is
 * wrong, which Asterisk's log tells. */
int reload_settings(void);

#endif
