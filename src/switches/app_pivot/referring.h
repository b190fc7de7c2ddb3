/* The caller's side is asked to call somebody else: by REFER, if it is a SIP channel. */
#ifndef SWITCHES_APP_PIVOT_REFERRING_H
#define SWITCHES_APP_PIVOT_REFERRING_H

#include "switches/app_pivot/legs.h"

/* Until REFERRED. */
void refer_caller(struct live_call* call, pivot_job number, struct leg* caller, char* sip_uri);

#endif
