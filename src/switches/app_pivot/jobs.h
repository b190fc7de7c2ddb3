/* What is being done for the engine. A job tells its own end, exactly once, and then is over. */
#ifndef SWITCHES_APP_PIVOT_JOBS_H
#define SWITCHES_APP_PIVOT_JOBS_H

#include "switches/app_pivot/legs.h"
#include "switches/app_pivot/live_call.h"

struct ast_frame;
struct news;

struct job {
    pivot_job number;
    const struct job_kind* kind;
    struct leg* leg; /* null for a dial */
    void* state;     /* the kind's */
    int is_over;
    struct job* next;
};

/* Any function may be null. */
struct job_kind {
    const char* name; /* for the CLI: "plays" */
    /* Ends it early. */
    void (*stop)(struct live_call* call, struct job* job);
    /* A frame of any leg that is not away. */
    void (*hear)(struct live_call* call, struct job* job, struct leg* leg, struct ast_frame* frame);
    /* Milliseconds until it wants its turn, -1 if it does not. */
    int (*wait)(struct live_call* call, struct job* job);
    /* Does what is due. */
    void (*turn)(struct live_call* call, struct job* job);
    /* A leg has left the bridge that it was in. */
    void (*leave)(struct live_call* call, struct job* job, struct leg* leg);
    /* News for this job from another thread. */
    void (*read)(struct live_call* call, struct job* job, const struct news* news);
    /* A leg is gone, and will not exist any more. */
    void (*lose)(struct live_call* call, struct job* job, struct leg* leg);
    /* Frees the state. */
    void (*discard)(struct live_call* call, struct job* job);
};

/* Ends the job as failed, and returns null, if there is no memory. */
struct job* job_begin(struct live_call* call, const struct job_kind* kind, pivot_job number,
                      struct leg* leg, void* state);
/* Null if there is none that still runs. */
struct job* job_find(struct live_call* call, pivot_job number);

/* The general end of a job that runs. */
void job_end(struct live_call* call, struct job* job, pivot_job_end how, const char* why);
/* The end of a job that never was one. */
void job_fail(struct live_call* call, pivot_job number, const char* why);

void jobs_hear(struct live_call* call, struct leg* leg, struct ast_frame* frame);
void jobs_leave(struct live_call* call, struct leg* leg);
int jobs_wait(struct live_call* call);
void jobs_turn(struct live_call* call);
void jobs_lose_leg(struct live_call* call, struct leg* leg);
/* Ends all that runs. */
void jobs_stop(struct live_call* call);
/* Frees those that are over, or all of them. */
void jobs_sweep(struct live_call* call);
void jobs_discard(struct live_call* call);

/* The earlier of two waits; -1 is endless. */
int earlier(int wait_ms, int other_ms);
/* Milliseconds of a clock that never jumps, and from now until such a moment, never negative. */
int64_t now_ms(void);
int until_ms(int64_t moment_ms);

#endif
