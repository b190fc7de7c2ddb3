/* A switch in C for the tests: it has no sound and no far side, and performs what it is commanded
 * by telling that it has been done.
 *
 *     engine thread, or pivot_run():  command ──► a deed in the queue of the call's lane
 *     the lane's own thread, or toy_turn():       deed ──► performed: events, pivot_tell()
 *
 * What a command shows is not copied: it is described when it is commanded, and again when it is
 * performed and at the end of the call. The three must be equal. */
#ifndef PIVOT_TESTS_TOY_SWITCH_H
#define PIVOT_TESTS_TOY_SWITCH_H

#include <pivot/session.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum toy_command {
    TOY_ANSWER,
    TOY_REJECT,
    TOY_HANG_UP,
    TOY_STOP,
    TOY_PLAY,
    TOY_SAY,
    TOY_SEND_KEYS,
    TOY_RECORD,
    TOY_LISTEN,
    TOY_DIAL,
    TOY_BRIDGE,
    TOY_JOIN,
    TOY_ENQUEUE,
    TOY_DEQUEUE,
    TOY_STREAM,
    TOY_REFER,
    TOY_TRANSFER,
    TOY_PARK,
    TOY_MUTE,
    TOY_SET_VARIABLE,
    TOY_RUN_MODULE,
    TOY_RUN_FLOW,
    TOY_MIX,
    TOY_WARNED,
    TOY_BRANCHED,
    TOY_GIVEN_BACK,
    TOY_ENDED,
    TOY_COMMANDS
} toy_command;

enum {
    TOY_EVENTS = PIVOT_EVENT_EVENTS_MISSED + 1,
    TOY_LANES_MAX = 8,
    TOY_CALLS_MAX = 20000,
    TOY_PATIENCE_MS = 60000,
    TOY_LINE_SIZE = 1024,
    TOY_ACTION_SIZE = 8192
};

typedef struct toy_switch toy_switch;
typedef struct toy_call toy_call;

/* A command that the switch has to perform. */
typedef struct toy_deed {
    struct toy_deed* next; /* in a lane */
    struct toy_deed* next_running;
    toy_call* call;
    toy_command command;
    pivot_job job;
    pivot_leg leg;
    int64_t number;
    const void* shown;   /* the engine's, until the end of the job has been told */
    pivot_text texts[2]; /* likewise */
    pivot_leg legs[10];  /* of a dial */
    size_t leg_count;
    char* line;      /* what it showed when it was commanded */
    uint64_t digest; /* of all of that */
    size_t index;    /* among the commands of its call, from 1 */
    bool is_posted;
    bool is_running;
} toy_deed;

/* Takes the place of what the switch does by itself: returns whether it has done so. */
typedef bool toy_reaction(toy_call* call, const toy_deed* deed);

struct toy_call {
    toy_switch* owner;
    size_t number;
    char id[32];
    toy_reaction* react;          /* may be null */
    const pivot_channel* channel; /* the switch's unless a test gives it another */
    size_t hang_up_at;            /* the caller hangs up at the n-th command, from 1; 0: never */
    uint64_t lots;                /* for what a reaction draws */
    void* user;
    pivot_ticket ticket;

    /* The engine's threads write these. */
    atomic_size_t commands;
    pivot_job last_job;
    atomic_int ends;
    atomic_int cdrs;
    atomic_int records;
    bool is_over;
    pivot_end end; /* without its texts */
    int cdrs_at_end;
    int records_at_end;
    char cause[64];
    char branch[16];

    /* Guarded by `mutex`. */
    pthread_mutex_t mutex;
    toy_deed* running; /* jobs whose end has not been told */
    char* log;         /* the lines of what was commanded, in order, each after a line break */
    size_t log_size;
};

typedef struct toy_lane {
    pthread_mutex_t mutex;
    pthread_cond_t has_work;
    toy_deed* first;
    toy_deed** last;
    size_t count;
    bool is_closing;
    pthread_t thread;
} toy_lane;

struct toy_switch {
    pivot_engine* engine;
    int epoll; /* -1 with threads of the engine */
    pivot_channel channel;
    toy_lane lanes[TOY_LANES_MAX];
    size_t lane_count;
    bool has_threads;

    toy_call** calls;
    atomic_size_t call_count;

    atomic_size_t commanded[TOY_COMMANDS];
    atomic_size_t told[TOY_EVENTS];
    atomic_size_t ended;
    atomic_int threads_begun;
    atomic_int threads_ended;
    atomic_int lines_logged;
    char last_log[TOY_LINE_SIZE]; /* host-driven only */
    char last_cdr[4096];          /* likewise */
    char last_record[16384];      /* likewise */
};

/* The configuration of an engine that may ask a web server on 127.0.0.1. */
extern const char toy_loopback[];

/* The port of the web server, for URLs. */
extern const char* toy_port;

/* With threads of the engine the switch has `lanes` threads, else toy_turn() performs its deeds. */
void toy_open(toy_switch* toy, const char* config, int32_t reactors, size_t lanes);

/* Destroys the engine and frees all calls. */
void toy_close(toy_switch* toy);

/* For a switch that takes whole flows: by itself it does not. */
int32_t toy_run_flow(void* call, pivot_job job, pivot_text flow);

/* A call whose command is `react`ed to. It lives as long as the switch. */
toy_call* toy_ring(toy_switch* toy, toy_reaction* react);

typedef struct toy_start {
    const char* document; /* TwiML, or a callflow */
    const char* url;      /* in its place */
    const char* members;  /* more of the action's data */
    const char* next;     /* the `_` child of the action */
    const char* account;
    const pivot_pair* headers;
    size_t header_count;
    pivot_at_end at_end;
    const pivot_directory* directory;
    bool is_answered;
    bool owes_no_cdr;
} toy_start;

/* Starts it, under an action with a CDR unless it owes none. */
pivot_status toy_begin(toy_call* call, const toy_start* start, pivot_error* error);

/* A call that starts; the program ends if it does not. */
toy_call* toy_begin_page(toy_switch* toy, toy_reaction* react, const char* document);
toy_call* toy_begin_call(toy_switch* toy, toy_reaction* react, const toy_start* start);

/* Runs a host-driven engine and performs what was commanded, or waits, until `is_done` or for a
 * minute, and returns whether it was. */
bool toy_run_until(toy_switch* toy, bool is_done(void* user), void* user);
bool toy_run_until_ended(toy_call* call);
bool toy_run_until_saw(toy_call* call, const char* line);

/* Performs what waits now. */
void toy_turn(toy_switch* toy);

/* Does what the switch does by itself. */
void toy_perform(const toy_deed* deed);

/* Ends a job as its kind ends. Nothing happens if it has ended. */
void toy_end_job(toy_call* call, pivot_job job, pivot_job_end how);

/* The event of the kind `kind` for a job. */
pivot_event toy_event(pivot_event_kind kind, pivot_job job);
pivot_status toy_tell(toy_call* call, const pivot_event* event);

/* The caller hangs up. */
void toy_hang_up(toy_call* call);
void toy_press(toy_call* call, const char* keys);

/* Whether one of the lines begins with this. */
bool toy_saw(toy_call* call, const char* line);
size_t toy_saw_times(toy_call* call, const char* line);

/* Whether there are lines, one after the other, that begin with these; prints all if not. */
bool toy_saw_in_order(toy_call* call, const char* const* lines, size_t count);

#define TOY_SAW(call, ...)                                       \
    toy_saw_in_order((call), (const char* const[]){__VA_ARGS__}, \
                     sizeof((const char* const[]){__VA_ARGS__}) / sizeof(const char*))

#endif
