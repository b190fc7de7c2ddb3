/* Where recordings are kept: `recordings` of pivot.conf. */
#ifndef SWITCHES_APP_PIVOT_RECORDING_FILE_H
#define SWITCHES_APP_PIVOT_RECORDING_FILE_H

#include "switches/app_pivot/legs.h"

/* Asterisk writes no mp3. */
#define RECORDING_FORMAT "wav"

struct recording_file {
    char* id;
    char* stem; /* without the extension, as Asterisk wants it */
    char* path;
};

/* Returns -1 if there is no memory. */
int recording_file_name(struct recording_file* file, struct live_call* call, pivot_job number,
                        struct leg* leg, const pivot_recording* recording);
void recording_file_remove(const struct recording_file* file);
void recording_file_free(struct recording_file* file);

#endif
