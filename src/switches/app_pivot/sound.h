/* One sound on one channel: a file, tones or music on hold. Whoever reads the frames of the channel
 * gives it its turns. */
#ifndef SWITCHES_APP_PIVOT_SOUND_H
#define SWITCHES_APP_PIVOT_SOUND_H

#include "switches/app_pivot/settings.h"

#include <pivot/session.h>

struct ast_channel;

struct sound {
    pivot_media_kind kind;
    char* what; /* of a file: as Asterisk finds it */
    char* language;
    int32_t loops_left; /* 0: endless */
    int64_t began_ms;   /* of a file: this time */
    int64_t ends_at_ms; /* of tones; 0: never */
};

/* Returns null, or why it cannot be played. Before the answer it is early media. */
const char* sound_begin(struct sound* sound, struct ast_channel* channel, const pivot_media* media,
                        const struct settings* settings);
/* The same with a file that was made for this. */
const char* sound_begin_file(struct sound* sound, struct ast_channel* channel, const char* path);
/* Milliseconds until the next turn, -1: only when a frame comes. */
int sound_wait(const struct sound* sound, struct ast_channel* channel);
/* 0 if it is over. */
int sound_turn(struct sound* sound, struct ast_channel* channel);
void sound_stop(struct sound* sound, struct ast_channel* channel);
/* Always the last, whether or not it began. */
void sound_free(struct sound* sound);

#endif
