/* The C ABI of Pivot: asks a web server over HTTP what to do with a phone call.
 *
 * Conventions
 *  1. Handles (`pivot_engine`, `pivot_outcome`) are opaque. Who gets an engine destroys it; an
 *     outcome belongs to the engine.
 *  2. Text is a pointer and a length in bytes, in UTF-8, not terminated. Empty text may have a null
 *     pointer. Version, names and sentences are terminated.
 *  3. A struct that may grow begins with `size`: set it to `sizeof` and all that you do not use to
 *     zero. A longer struct than this library knows is taken as far as it is known.
 *  4. What is handed in is copied before the call returns. What is handed out lives as long as the
 *     outcome it came from: until the callback returns.
 *  5. An engine with reactors has threads of its own, and calls back on them. A host-driven engine
 *     (0 reactors) has none; it calls back inside pivot_run() and pivot_engine_destroy(), which
 *     belong to one thread, the first that calls pivot_run(). A callback returns soon, and throws
 *     nothing. pivot_start(), pivot_cancel(), pivot_drain() and pivot_calls_in_flight() may be
 *     called from any thread, the first two and the last from callbacks, too. In a callback of one
 *     engine all of another one's may. Threads of the engine are named `pivot/N` and take no
 *     signals. exit() halts them: what is in flight then is not called back.
 *  6. A mistake of the host is a status, never an abort: null, a short struct, broken UTF-8 or
 *     JSON, a call on the wrong thread, the use of an engine in a fork of its process. Whatever goes wrong with a call after that is its outcome.
 *     What cannot be seen is not looked for: a dead handle, a ticket that was not handed out.
 *  7. pivot_engine_destroy(NULL) does nothing. An accessor of a null outcome says what it says
 *     where there is nothing to say.
 *  8. Values of enums and orders of members never change; more are added at the end.
 */
#ifndef PIVOT_PIVOT_H
#define PIVOT_PIVOT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Behind the name of an enum: C++ takes any int for one, too. */
#ifdef __cplusplus
#define PIVOT_INT : int
#else
#define PIVOT_INT
#endif

typedef struct pivot_engine pivot_engine;
typedef struct pivot_outcome pivot_outcome;

typedef struct pivot_text {
    const char* data;
    size_t size;
} pivot_text;

static inline pivot_text pivot_text_of(const char* terminated)
{
    pivot_text text;
    text.data = terminated;
    text.size = terminated == NULL ? 0 : strlen(terminated);
    return text;
}

typedef enum pivot_status PIVOT_INT {
    PIVOT_OK = 0,
    PIVOT_NULL = 1,         /* an argument that must not be is null */
    PIVOT_SHORT = 2,        /* a struct's `size` is less than that of its first version */
    PIVOT_BAD_UTF8 = 3,     /* a text is not UTF-8 */
    PIVOT_BAD_JSON = 4,     /* a text is not JSON, or not an object of the kind that is wanted */
    PIVOT_BAD_VALUE = 5,    /* a number, an enum or a combination has no meaning */
    PIVOT_BAD_CONFIG = 6,   /* a setting is wrong, or the system lacks what it takes */
    PIVOT_WRONG_THREAD = 7, /* a host-driven engine belongs to another thread */
    PIVOT_IN_CALLBACK = 8,  /* not from inside a callback */
    PIVOT_WRONG_ENGINE = 9, /* of host-driven engines only */
    PIVOT_NOTHING = 10,     /* there is nothing of this kind */
    PIVOT_NO_MEMORY = 11,
    PIVOT_INTERNAL = 12,    /* a mistake of the library: please report the sentence */
    PIVOT_FORKED = 13       /* this process is a fork of the one that created the engine */
} pivot_status;

/* What went wrong, as a sentence: terminated, cut where it does not fit; empty after PIVOT_OK.
 * Wherever one is wanted, NULL will do. */
typedef struct pivot_error {
    char sentence[1024];
} pivot_error;

/* "0.1.0" */
const char* pivot_version(void);

/* What a status means in general; pivot_error has the case at hand. */
const char* pivot_status_text(pivot_status status);

typedef struct pivot_engine_config {
    size_t size;
    pivot_text json;  /* as docs/configuration.md has it; empty: all defaults */
    int32_t reactors; /* 0: host-driven; negative: as `json` has it, else 1 */
} pivot_engine_config;

/* A null `config` means all defaults. After anything but PIVOT_OK `*engine` is null. */
pivot_status pivot_engine_create(const pivot_engine_config* config, pivot_engine** engine,
                                 pivot_error* error);

/* Cancels what is in flight, calls back for it, and returns when all is torn down. No other call on
 * this engine is under way. Fails with PIVOT_IN_CALLBACK, PIVOT_WRONG_THREAD or PIVOT_FORKED, and
 * then does nothing. A host-driven engine is destroyed by the thread that runs it: one whose thread
 * has ended stays. */
pivot_status pivot_engine_destroy(pivot_engine* engine);

/* From now on a start has the outcome `overload`. Returns when no call is in flight, which is after
 * the last of their deadlines at the latest; host-driven: at once, and pivot_calls_in_flight()
 * tells. */
pivot_status pivot_drain(pivot_engine* engine);

/* Outcomes not yet delivered, refusals included, and calls whose connections are still being torn
 * down. */
size_t pivot_calls_in_flight(const pivot_engine* engine);

/* Host-driven: readable when pivot_run() has something to do, at first at once. -1: the engine is
 * not host-driven. */
int pivot_descriptor(const pivot_engine* engine);

/* Host-driven: runs what is ready, never waits. Sets `*wait_ns` to how long it wants to be called
 * again if the descriptor does not become readable before; negative: only then. */
pivot_status pivot_run(pivot_engine* engine, int64_t* wait_ns);

typedef enum pivot_direction PIVOT_INT {
    PIVOT_DIRECTION_INBOUND = 0,
    PIVOT_DIRECTION_OUTBOUND = 1
} pivot_direction;

/* The facts about one phone call that a web server is told. All but `call_id` may be empty. */
typedef struct pivot_call {
    size_t size;
    pivot_text call_id;
    pivot_text account_id;
    pivot_text from_user;
    pivot_text from_realm;
    pivot_text to_user;
    pivot_text to_realm;
    pivot_text request_user;
    pivot_text request_realm;
    pivot_text caller_id_name;
    pivot_text caller_id_number;
    pivot_direction direction;
    const pivot_text* owner_ids;
    size_t owner_id_count;
    pivot_text authorizing_id;
    pivot_text language;
    pivot_text custom_application_vars; /* this and those below: the text of a JSON object */
    pivot_text custom_sip_headers;
    pivot_text custom_channel_vars;
    pivot_text key_value_store;
    pivot_text other; /* keys of KAZOO's call object that have no member here */
} pivot_call;

typedef struct pivot_request {
    size_t size;
    const pivot_call* call; /* this */
    pivot_text call_json;   /* or this, KAZOO's call object (`Call-ID`, `From`, …); not both */
    pivot_text
        action_json;   /* a pivot node, a document whose `flow` is one, or a node's bare data */
    int32_t iteration; /* of the session, from 1; 0 means 1 */
} pivot_request;

/* Names one call in flight. It may outlive the call; a zeroed one names none. */
typedef struct pivot_ticket {
    void* call;
    uint64_t serial;
} pivot_ticket;

/* `user` is what was given to pivot_start(). */
typedef void pivot_done_fn(const pivot_outcome* outcome, void* user);

/* Starts one pivot, whose deadline counts from here. After PIVOT_OK `done` is called exactly once,
 * on an engine thread, after pivot_cancel() too, and never from inside this call; that may be
 * before this returns. After anything else it is not called. An action that breaks its schema is no
 * mistake of the host: the outcome is `bad_action`. `*ticket` is written before `done` can be
 * called, and never after; it may be null. */
pivot_status pivot_start(pivot_engine* engine, const pivot_request* request, pivot_done_fn* done,
                         void* user, pivot_ticket* ticket, pivot_error* error);

/* The outcome is `cancelled`, unless another was first. A ticket of a call that is over does
 * nothing. The ticket is of this engine. */
pivot_status pivot_cancel(pivot_engine* engine, pivot_ticket ticket);

typedef enum pivot_kind PIVOT_INT {
    PIVOT_KIND_PROCESSED = 0,
    PIVOT_KIND_FAILED = 1,
    PIVOT_KIND_SKIPPED = 2
} pivot_kind;

typedef enum pivot_reason PIVOT_INT {
    PIVOT_REASON_NONE = -1, /* not failed */
    PIVOT_REASON_BAD_ACTION = 0,
    PIVOT_REASON_BLOCKED = 1,
    PIVOT_REASON_DNS = 2,
    PIVOT_REASON_CONNECT = 3,
    PIVOT_REASON_TLS = 4,
    PIVOT_REASON_TIMEOUT = 5,
    PIVOT_REASON_CLOSED = 6,
    PIVOT_REASON_PROTOCOL = 7,
    PIVOT_REASON_TOO_LARGE = 8,
    PIVOT_REASON_REDIRECT = 9,
    PIVOT_REASON_STATUS = 10,
    PIVOT_REASON_CONTENT_TYPE = 11,
    PIVOT_REASON_INVALID_JSON = 12,
    PIVOT_REASON_INVALID_CALLFLOW = 13,
    PIVOT_REASON_INVALID_TWIML = 14,
    PIVOT_REASON_CANCELLED = 15,
    PIVOT_REASON_OVERLOAD = 16
} pivot_reason;

typedef enum pivot_phase PIVOT_INT {
    PIVOT_PHASE_NONE = -1, /* not failed */
    PIVOT_PHASE_QUEUE = 0,
    PIVOT_PHASE_DNS = 1,
    PIVOT_PHASE_CONNECT = 2,
    PIVOT_PHASE_TLS = 3,
    PIVOT_PHASE_SEND = 4,
    PIVOT_PHASE_WAIT = 5,
    PIVOT_PHASE_READ = 6,
    PIVOT_PHASE_PARSE = 7
} pivot_phase;

typedef enum pivot_format PIVOT_INT {
    PIVOT_FORMAT_NONE = -1, /* not processed */
    PIVOT_FORMAT_KAZOO = 0,
    PIVOT_FORMAT_TWIML = 1
} pivot_format;

typedef enum pivot_method PIVOT_INT { PIVOT_METHOD_GET = 0, PIVOT_METHOD_POST = 1 } pivot_method;

/* "processed", "timeout", "wait", "kazoo", "GET"; "none"; "unknown" for a value without meaning. */
const char* pivot_kind_name(pivot_kind kind);
const char* pivot_reason_name(pivot_reason reason);
const char* pivot_phase_name(pivot_phase phase);
const char* pivot_format_name(pivot_format format);
const char* pivot_method_name(pivot_method method);

/* Of every outcome. */
pivot_kind pivot_outcome_kind(const pivot_outcome* outcome);
pivot_text pivot_outcome_call_id(const pivot_outcome* outcome);
int32_t pivot_outcome_iteration(const pivot_outcome* outcome);
int64_t pivot_outcome_elapsed_ns(const pivot_outcome* outcome);

/* The child key that the callflow goes on with: `_`; empty after `processed`. */
pivot_text pivot_outcome_branch(const pivot_outcome* outcome);

/* The JSON text of that child; empty: none. */
pivot_text pivot_outcome_next(const pivot_outcome* outcome);

/* Of `processed`: what the server answered with. A callflow is JSON text, defaults written in, and
 * empty of TwiML; the verbs of TwiML are a JSON array (docs/command-line.md), and empty of a
 * callflow. */
pivot_format pivot_outcome_format(const pivot_outcome* outcome);
pivot_text pivot_outcome_flow(const pivot_outcome* outcome);
pivot_text pivot_outcome_verbs(const pivot_outcome* outcome);

/* Of `failed`. The message is for a human. */
pivot_reason pivot_outcome_reason(const pivot_outcome* outcome);
pivot_phase pivot_outcome_phase(const pivot_outcome* outcome);
pivot_text pivot_outcome_message(const pivot_outcome* outcome);

/* One thing that is wrong in the action or the answer. `at` is a JSON pointer (RFC 6901), empty at
 * the root; in TwiML `LINE:COLUMN`, from 1, the column in bytes. */
typedef struct pivot_breach {
    pivot_text at;
    pivot_text error;
} pivot_breach;

/* Both texts are empty behind the last one. */
size_t pivot_outcome_error_count(const pivot_outcome* outcome);
pivot_breach pivot_outcome_error(const pivot_outcome* outcome, size_t index);

/* Of `processed` TwiML: what was skipped or replaced, as the errors are. */
size_t pivot_outcome_warning_count(const pivot_outcome* outcome);
pivot_breach pivot_outcome_warning(const pivot_outcome* outcome, size_t index);

/* What was asked and what answered. URLs carry no credentials. */
typedef struct pivot_exchange {
    size_t size;
    pivot_method method;
    pivot_text url;          /* the first one asked, parameters included */
    pivot_text final_url;    /* empty: no redirect was followed */
    int32_t status;          /* 0: no response came */
    pivot_text content_type; /* as the server spelled it */
    int32_t redirects;
    int32_t was_reused; /* 1: over a pooled connection */
    pivot_text address; /* `192.0.2.7:443`; empty: none was reached */
    int64_t dns_us;     /* 0: the phase was not needed */
    int64_t connect_us;
    int64_t tls_us;
    int64_t first_byte_us; /* from the start of the exchange */
    int64_t total_us;      /* from the start of the exchange */
} pivot_exchange;

/* Fills `*exchange`, as far as its `size` reaches. PIVOT_NOTHING: nothing was asked. */
pivot_status pivot_outcome_exchange(const pivot_outcome* outcome, pivot_exchange* exchange);

/* All of the above as the JSON object that `pivot run` prints. Empty: there is no memory for it. */
pivot_text pivot_outcome_json(const pivot_outcome* outcome);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
