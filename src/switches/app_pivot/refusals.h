/* The cause with which Asterisk must hang up a call so that its SIP channel refuses it with a
 * status. */
#ifndef SWITCHES_APP_PIVOT_REFUSALS_H
#define SWITCHES_APP_PIVOT_REFUSALS_H

/* Returns that of the nearest status if Asterisk does not send this one. */
int cause_refusing_with(int sip_code);

#endif
