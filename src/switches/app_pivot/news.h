/* What the channel's thread is to do next: commands of the engine, and what other threads have
 * finished for it. */
#ifndef SWITCHES_APP_PIVOT_NEWS_H
#define SWITCHES_APP_PIVOT_NEWS_H

#include "switches/app_pivot/live_call.h"

enum news_kind {
    NEWS_ANSWER,
    NEWS_REJECT,  /* number: a SIP status */
    NEWS_HANG_UP, /* name: a cause, which may be empty */
    NEWS_STOP,
    NEWS_PLAY,      /* a pivot_media */
    NEWS_SAY,       /* a pivot_speech */
    NEWS_SEND_KEYS, /* a pivot_keys */
    NEWS_RECORD,    /* a pivot_recording */
    NEWS_DIAL,      /* a pivot_dial */
    NEWS_BRIDGE,
    NEWS_MIX,          /* name, number: the most members */
    NEWS_REFER,        /* name: a SIP URI */
    NEWS_TRANSFER,     /* a pivot_transfer */
    NEWS_PARK,         /* name: a slot, which may be empty */
    NEWS_MUTE,         /* number: 1 or 0 */
    NEWS_SET_VARIABLE, /* name, value, number: is it exported? */
    NEWS_GIVEN_BACK,
    NEWS_ENDED,
    NEWS_LEFT_BRIDGE, /* the leg is out: its bridge's thread tells */
    NEWS_RENDERED,    /* number: 0, or why speech could not be rendered */
    NEWS_PLAYED_ASIDE /* a sound for a leg in a bridge is over. number: 0 if it was played */
};

struct news {
    enum news_kind kind;
    pivot_job job;
    pivot_leg leg;
    int32_t number;
    const void* shown; /* the engine's, valid until the end of the job has been told */
    char* name;        /* copies */
    char* value;
    struct news* next;
};

/* Any thread. Copies `news` and its texts, and wakes the channel's thread. */
void post(struct live_call* call, struct news news, pivot_text name, pivot_text value);

/* The oldest, or null. Whoever takes it frees it. */
struct news* take_news(struct live_call* call);
void free_news(struct news* news);

#endif
