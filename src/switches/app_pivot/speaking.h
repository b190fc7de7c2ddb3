/* Text that is spoken by the command of pivot.conf, once for each text: speech is kept by its
 * content. */
#ifndef SWITCHES_APP_PIVOT_SPEAKING_H
#define SWITCHES_APP_PIVOT_SPEAKING_H

#include "switches/app_pivot/legs.h"

/* Until JOB_ENDED. */
void say_speech(struct live_call* call, pivot_job number, struct leg* leg,
                const pivot_speech* speech);

#endif
