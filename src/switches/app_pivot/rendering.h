/* Runs the command that makes speech, beside the calls. */
#ifndef SWITCHES_APP_PIVOT_RENDERING_H
#define SWITCHES_APP_PIVOT_RENDERING_H

#include "switches/app_pivot/live_call.h"

struct rendering {
    char* command; /* for the shell */
    char* file;    /* to be made: a .wav */
    char* text;
    char* voice;
    char* language;
};

/* On a thread of its own, which posts NEWS_RENDERED for the job. Takes the texts of `rendering`,
 * unless it returns -1 because it could not begin. */
int render(struct live_call* call, pivot_job job, struct rendering rendering);

void rendering_free(struct rendering* rendering);

#endif
