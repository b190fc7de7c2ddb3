/* A call that Pivot performs: what the channel's own thread, the engine and bridges share.
 *
 *   engine ── commands ──► queue + eventfd ──► the channel's thread ── pivot_tell ──► engine
 *   a bridge, a speaker ── news ──┘                └── legs, jobs: it alone touches them
 *
 * It lives as long as somebody holds a reference (ao2): the application until it returns, the
 * engine until `ended`, and whoever will post news.
 */
#ifndef SWITCHES_APP_PIVOT_LIVE_CALL_H
#define SWITCHES_APP_PIVOT_LIVE_CALL_H

#include "switches/app_pivot/asterisk_module.h"

#include <pivot/session.h>

struct job;
struct leg;
struct news;
struct settings;

enum progress {
    PERFORMING,
    GIVEN_BACK, /* the document is over: the dialplan goes on */
    MOVED,      /* the switch has sent the channel elsewhere */
    HUNG_UP,
    ENDED /* the engine has given it up */
};

struct live_call {
    /* Written before anybody else sees the call, then only read. */
    pivot_engine* engine;
    pivot_ticket ticket;
    struct settings* settings;
    char* name; /* of the channel */
    char* url;  /* for the CLI */
    int wake;   /* an eventfd */

    /* Under the lock of the call. */
    struct news* first;
    struct news** last;
    int is_closed;  /* nobody reads news any more */
    char branch[8]; /* `_`, if nothing followed a failed pivot */
    char reason[256];

    /* The channel's thread alone. */
    enum progress progress;
    int32_t refused_with; /* a SIP status; 0: the call was not refused */
    int hangs_up;         /* at the end: the parked caller has talked, or is gone */
    struct leg* legs;     /* the caller is the first */
    struct job* jobs;

    const struct job_kind* _Atomic doing; /* the newest job, for the CLI */
};

/* Returns null if there is no memory or no descriptor. */
struct live_call* live_call_new(struct ast_channel* channel, const char* url);

/* Frees what nobody has read, and refuses what comes later. */
void live_call_close(struct live_call* call);

void tell(struct live_call* call, pivot_event event);

/* Runs `each` for every call that is being performed. */
void for_each_call(void (*each)(struct live_call* call, void* user), void* user);
size_t calls_performed(void);

/* The table of calls, for as long as the module is loaded. Returns -1 if there is no memory. */
int live_calls_begin(void);
void live_calls_end(void);

#endif
