/* The C ABI of Pivot: asks a web server over HTTP what to do with a phone call.
 *
 * Conventions
 *  1. Handles (`pivot_engine`, `pivot_outcome`) are opaque. Whoever creates an engine destroys it;
 *     an outcome belongs to the engine.
 *  2. Text is a pointer and a length in bytes: UTF-8, not terminated. The pointer of an empty text
 *     may be null. The version, names and sentences are terminated strings.
 *  3. A struct that may grow begins with `size`. Set it to `sizeof`, and every member that you do
 *     not use to zero. Of a struct longer than this library knows, the rest is ignored.
 *  4. Arguments are copied before the call returns. What a callback is given is valid until the
 *     callback returns.
 *  5. An engine with reactors has threads of its own and calls back on them. They are named
 *     `pivot/N`, receive no signals, and stop at exit(), without callbacks for calls in flight.
 *     A host-driven engine (0 reactors) has none: it calls back inside pivot_run() and
 *     pivot_engine_destroy(), which belong to the first thread that calls pivot_run().
 *     Any thread may call pivot_start(), pivot_cancel(), pivot_drain() and pivot_calls_in_flight(),
 *     and a callback all of these but pivot_drain(). A callback of one engine may call any function
 *     of another. A callback returns soon and throws nothing.
 *  6. A mistake of the host is a status, never an abort: a null pointer, a short struct, invalid
 *     UTF-8 or JSON, a call on the wrong thread, the use of an engine in a fork of its process.
 *     Whatever goes wrong with a call after that is its outcome. What cannot be detected is
 *     undefined: a destroyed handle, a ticket that was never handed out.
 *  7. pivot_engine_destroy(NULL) does nothing. Accessors accept a null outcome and return their
 *     empty value.
 *  8. Values of enums and the order of members never change; new ones are added at the end.
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

/* Follows the name of an enum, so that any int is a valid value in C++ as it is in C. */
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

typedef struct pivot_pair {
    pivot_text name;
    pivot_text value;
} pivot_pair;

typedef enum pivot_status PIVOT_INT {
    PIVOT_OK = 0,
    PIVOT_NULL = 1,         /* a required argument is null */
    PIVOT_SHORT = 2,        /* a struct's `size` is smaller than its first version */
    PIVOT_BAD_UTF8 = 3,     /* a text is not UTF-8 */
    PIVOT_BAD_JSON = 4,     /* a text is not JSON, or not an object of the expected kind */
    PIVOT_BAD_VALUE = 5,    /* a number, an enum or a combination is invalid */
    PIVOT_BAD_CONFIG = 6,   /* a setting is invalid, or the system lacks what it needs */
    PIVOT_WRONG_THREAD = 7, /* the host-driven engine belongs to another thread */
    PIVOT_IN_CALLBACK = 8,  /* not allowed inside a callback */
    PIVOT_WRONG_ENGINE = 9, /* only allowed for host-driven engines */
    PIVOT_NOTHING = 10,     /* there is nothing of this kind */
    PIVOT_NO_MEMORY = 11,   /* an allocation failed */
    PIVOT_INTERNAL = 12,    /* a bug in the library: please report the sentence */
    PIVOT_FORKED = 13,      /* this process is a fork of the one that created the engine */
    PIVOT_STOPPED = 14      /* the engine drains or stops */
} pivot_status;

/* What went wrong, as a terminated sentence, cut if it does not fit; empty after PIVOT_OK. An
 * argument of this type may be null. */
typedef struct pivot_error {
    char sentence[1024];
} pivot_error;

/* Where an engine leaves what its calls have to tell besides (session.h). */
typedef struct pivot_sinks pivot_sinks;

/* The version of the library, such as "0.1.0". */
const char* pivot_version(void);

/* What a status means in general; pivot_error describes the actual case. */
const char* pivot_status_text(pivot_status status);

typedef struct pivot_engine_config {
    size_t size;

    /* The configuration (docs/configuration.md); if empty, every setting has its default. */
    pivot_text json;

    /* The number of threads, 0 for a host-driven engine. If negative, the setting in `json` counts,
     * whose default is 1. */
    int32_t reactors;

    /* Copied; null: there are none. */
    const pivot_sinks* sinks;
} pivot_engine_config;

/* Creates an engine. A null `config` means every default. Sets `*engine` to null unless it returns
 * PIVOT_OK. Fails with PIVOT_BAD_CONFIG, PIVOT_BAD_VALUE, PIVOT_BAD_UTF8, PIVOT_SHORT or
 * PIVOT_NULL. */
pivot_status pivot_engine_create(const pivot_engine_config* config, pivot_engine** engine,
                                 pivot_error* error);

/* Cancels the calls in flight, calls back for each, and returns when all is torn down. No other
 * function of this engine may be running. Fails with PIVOT_IN_CALLBACK, PIVOT_WRONG_THREAD or
 * PIVOT_FORKED, and then does nothing. Only the thread that runs a host-driven engine can destroy
 * it. */
pivot_status pivot_engine_destroy(pivot_engine* engine);

/* Makes every later start end with the outcome `overload`, and returns when no call is in flight,
 * at the latest at the last of their deadlines. For a host-driven engine it returns at once, and
 * pivot_calls_in_flight() shows the progress. Fails with PIVOT_IN_CALLBACK or PIVOT_FORKED. */
pivot_status pivot_drain(pivot_engine* engine);

/* The number of outcomes not yet delivered, refusals included, and of calls whose connections are
 * being torn down. */
size_t pivot_calls_in_flight(const pivot_engine* engine);

/* Host-driven: a descriptor that is readable when pivot_run() has something to do, as it has at
 * first. Returns -1 if the engine is not host-driven. */
int pivot_descriptor(const pivot_engine* engine);

/* Host-driven: runs whatever is ready, and never waits. Sets `*wait_ns` to the time in nanoseconds
 * after which it is to be called even if the descriptor has not become readable, or to a negative
 * value if there is no such time. Fails with PIVOT_WRONG_ENGINE, PIVOT_WRONG_THREAD,
 * PIVOT_IN_CALLBACK, PIVOT_FORKED or PIVOT_NULL. */
pivot_status pivot_run(pivot_engine* engine, int64_t* wait_ns);

typedef enum pivot_direction PIVOT_INT {
    PIVOT_DIRECTION_INBOUND = 0,
    PIVOT_DIRECTION_OUTBOUND = 1,
    PIVOT_DIRECTION_OUTBOUND_API = 2 /* because a program has asked for it */
} pivot_direction;

/* The facts about a phone call that a web server is told. Every member but `call_id` may be empty.
 */
typedef struct pivot_call {
    size_t size;

    /* The switch's name for the call. Required. */
    pivot_text call_id;

    /* The customer, whose settings and signing key apply. */
    pivot_text account_id;

    /* The caller, the callee, and the request as it came from the network. A part that is empty is
     * unknown, and sent as `nouser` or `norealm`. */
    pivot_text from_user;
    pivot_text from_realm;
    pivot_text to_user;
    pivot_text to_realm;
    pivot_text request_user;
    pivot_text request_realm;

    /* What the caller's switch says of them. */
    pivot_text caller_id_name;
    pivot_text caller_id_number;

    /* As seen from this switch. */
    pivot_direction direction;

    /* The users to whom the calling device belongs: an array of `owner_id_count` texts. */
    const pivot_text* owner_ids;
    size_t owner_id_count;

    /* The device or account that authorized the call. */
    pivot_text authorizing_id;

    /* A language tag, such as `en-us`. */
    pivot_text language;

    /* Variables and headers, each as the text of a JSON object. */
    pivot_text custom_application_vars;
    pivot_text custom_sip_headers;
    pivot_text custom_channel_vars;
    pivot_text key_value_store;

    /* Keys of KAZOO's call object that have no member here: the text of a JSON object. */
    pivot_text other;
} pivot_call;

typedef struct pivot_request {
    size_t size;

    /* The call, as a struct or as KAZOO's call object (`Call-ID`, `From`, …). Set one of them. */
    const pivot_call* call;
    pivot_text call_json;

    /* A pivot node, a document whose `flow` is one, or the bare data of a node. */
    pivot_text action_json;

    /* The number of this exchange in its session, from 1; 0 means 1. */
    int32_t iteration;

    /* Headers that are sent with each request of the call to the origin of its action's URL, in
     * place of the account's and Pivot's own of the same name: `header_count` of them. Those by
     * which a message is framed are refused (docs/configuration.md, "Headers"). */
    const pivot_pair* headers;
    size_t header_count;
} pivot_request;

/* Names a call in flight. It may outlive the call. A zeroed ticket names no call. */
typedef struct pivot_ticket {
    void* call;
    uint64_t serial;
} pivot_ticket;

/* Receives the outcome of a call. `user` is the argument of pivot_start(). */
typedef void pivot_done_fn(const pivot_outcome* outcome, void* user);

/* Starts one pivot, whose deadline counts from here. If it returns PIVOT_OK, `done` is called
 * exactly once, even after pivot_cancel(): on an engine thread, never inside this call, but perhaps
 * before it returns. Otherwise `done` is not called. An action that does not match its schema is
 * not a mistake of the host: the outcome is `bad_action`. `ticket` may be null; if not, it is
 * written before `done` can be called, and not after. Fails with PIVOT_NULL, PIVOT_SHORT,
 * PIVOT_BAD_UTF8, PIVOT_BAD_JSON, PIVOT_BAD_VALUE, PIVOT_NO_MEMORY or PIVOT_FORKED. */
pivot_status pivot_start(pivot_engine* engine, const pivot_request* request, pivot_done_fn* done,
                         void* user, pivot_ticket* ticket, pivot_error* error);

/* Ends a call with the outcome `cancelled`, unless it already has another. Does nothing if the call
 * is over. The ticket must come from this engine. */
pivot_status pivot_cancel(pivot_engine* engine, pivot_ticket ticket);

typedef enum pivot_kind PIVOT_INT {
    PIVOT_KIND_PROCESSED = 0,
    PIVOT_KIND_FAILED = 1,
    PIVOT_KIND_SKIPPED = 2
} pivot_kind;

typedef enum pivot_reason PIVOT_INT {
    PIVOT_REASON_NONE = -1, /* the outcome is not `failed` */
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
    PIVOT_PHASE_NONE = -1, /* the outcome is not `failed` */
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
    PIVOT_FORMAT_NONE = -1, /* the outcome is not `processed` */
    PIVOT_FORMAT_KAZOO = 0,
    PIVOT_FORMAT_TWIML = 1
} pivot_format;

typedef enum pivot_method PIVOT_INT { PIVOT_METHOD_GET = 0, PIVOT_METHOD_POST = 1 } pivot_method;

/* The name of a value, such as "processed", "timeout", "wait", "kazoo" or "GET"; "none" for -1, and
 * "unknown" for an invalid value. */
const char* pivot_kind_name(pivot_kind kind);
const char* pivot_reason_name(pivot_reason reason);
const char* pivot_phase_name(pivot_phase phase);
const char* pivot_format_name(pivot_format format);
const char* pivot_method_name(pivot_method method);

/* These have a value in every outcome. The elapsed time counts from the start, in nanoseconds. */
pivot_kind pivot_outcome_kind(const pivot_outcome* outcome);
pivot_text pivot_outcome_call_id(const pivot_outcome* outcome);
int32_t pivot_outcome_iteration(const pivot_outcome* outcome);
int64_t pivot_outcome_elapsed_ns(const pivot_outcome* outcome);

/* The key of the child with which the callflow continues: `_`, or empty after `processed`. */
pivot_text pivot_outcome_branch(const pivot_outcome* outcome);

/* The JSON text of that child, or empty if there is none. */
pivot_text pivot_outcome_next(const pivot_outcome* outcome);

/* What the server answered with, if the outcome is `processed`: either a callflow, as JSON text
 * with every default written in, or the verbs of TwiML, as a JSON array (docs/command-line.md). The
 * other text is empty. */
pivot_format pivot_outcome_format(const pivot_outcome* outcome);
pivot_text pivot_outcome_flow(const pivot_outcome* outcome);
pivot_text pivot_outcome_verbs(const pivot_outcome* outcome);

/* Why the call failed, if the outcome is `failed`. The message is for a human. */
pivot_reason pivot_outcome_reason(const pivot_outcome* outcome);
pivot_phase pivot_outcome_phase(const pivot_outcome* outcome);
pivot_text pivot_outcome_message(const pivot_outcome* outcome);

/* One mistake in the action or the answer. */
typedef struct pivot_breach {
    /* A JSON pointer (RFC 6901), empty for the root; in TwiML `LINE:COLUMN`, both from 1, the
     * column in bytes. */
    pivot_text at;

    /* A sentence without a full stop. */
    pivot_text error;
} pivot_breach;

/* The mistakes because of which the call failed. Beyond the last one, both texts are empty. */
size_t pivot_outcome_error_count(const pivot_outcome* outcome);
pivot_breach pivot_outcome_error(const pivot_outcome* outcome, size_t index);

/* Harmless mistakes: what was skipped, replaced or ignored. Beyond the last one, both texts are
 * empty. */
size_t pivot_outcome_warning_count(const pivot_outcome* outcome);
pivot_breach pivot_outcome_warning(const pivot_outcome* outcome, size_t index);

/* The request and its response. URLs have their credentials removed. */
typedef struct pivot_exchange {
    size_t size;

    /* The method of the first request. */
    pivot_method method;

    /* The first URL requested, parameters included. */
    pivot_text url;

    /* The last URL requested; empty if no redirect was followed. */
    pivot_text final_url;

    /* The HTTP status, or 0 if no response came. */
    int32_t status;

    /* The Content-Type of the response, as the server spelled it. */
    pivot_text content_type;

    /* How many redirects were followed. */
    int32_t redirects;

    /* 1 if the last request used a pooled connection, else 0. */
    int32_t was_reused;

    /* The server's address, `192.0.2.7:443` or `[2001:db8::7]:443`; empty if none was reached. */
    pivot_text address;

    /* Durations in microseconds, 0 for a phase that was not needed. The last two count from the
     * start of the exchange. */
    int64_t dns_us;
    int64_t connect_us;
    int64_t tls_us;
    int64_t first_byte_us;
    int64_t total_us;
} pivot_exchange;

/* Fills `*exchange` as far as its `size` reaches. Fails with PIVOT_NOTHING if nothing was
 * requested, PIVOT_NULL or PIVOT_SHORT. */
pivot_status pivot_outcome_exchange(const pivot_outcome* outcome, pivot_exchange* exchange);

/* The whole outcome as the JSON object that `pivot run` prints, or empty if an allocation failed.
 */
pivot_text pivot_outcome_json(const pivot_outcome* outcome);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
