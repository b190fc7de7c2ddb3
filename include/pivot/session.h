/* The C API for whole calls: an engine asks the web server, performs its answers on a channel that
 * the host implements, and asks again, until the call is over.
 *
 *   pivot_session_start ──► web server ──► commands of pivot_channel: the host performs them
 *            ▲                   ▲                │
 *            │                   └── events, pivot_tell ◄── the host's media, signalling and timers
 *            └────── ended: exactly once, the last function that is called
 *
 * Conventions, in addition to those of pivot.h
 *  9. Commands run on an engine thread (host-driven: inside pivot_run()), must return within
 *     microseconds, and never run inside pivot_session_start() or pivot_tell(). `*ticket` is
 *     written before the first of them.
 * 10. A command that takes time has a job. The numbers of jobs and legs rise and are never used
 *     again within a call. The host ends each job with exactly one event, even if the job could not
 *     start, was stopped, or its leg is gone: RECORDED, HEARD (unless partial), LEG_ANSWERED or
 *     DIAL_FAILED (dial), BRIDGE_ENDED, QUEUE_ENDED, MOVED, REFERRED, or JOB_ENDED, which ends any
 *     kind (a dial, transfer, refer, enqueue: as failed; a recording: without a result; listening:
 *     as silence). An end of the wrong kind ends the job as JOB_ENDED would, with a warning.
 * 11. What a command with a job is shown stays valid until the host has told the end of that job,
 *     at the latest until `ended` has returned, so a pointer can be handed to the channel's own
 *     thread. Without a job: until the command returns.
 * 12. A null command is something this switch cannot do: the engine fails its jobs. `abilities`
 *     says what a command that is there can do beyond the least. hang_up, stop and ended must be
 *     there.
 * 13. Commands for a leg or job that no longer exists are ignored, but a job that they carry still
 *     ends. A stop that crosses the job's end does nothing.
 * 14. After stop() of a dial no LEG_ANSWERED may follow: the host hangs up a leg that answers too
 *     late. If one comes all the same, the engine hangs that leg up.
 * 15. play() and say() before the answer are early media. Ringing is passed on to an unanswered
 *     caller. At most one of play, say and send_keys runs on a leg at a time.
 * 16. LEG_ENDED comes before the end of the jobs that it ends. HUNG_UP is the last event of a call
 *     and ends all jobs, also those commanded while it was on its way. Anything told later, or
 *     about nobody, is ignored. hang_up and reject may come more than once, or cross HUNG_UP: they
 *     then do nothing.
 * 17. A job that outlives its limit by ten seconds is taken as failed, and warned of: no caller
 *     waits for a host (docs/embedding.md has the limits). A stop that is not obeyed, an answer and
 *     a hang-up are waited for in the same way, for session.stop_ms, answer_ms and hang_up_ms.
 * 18. Names (rooms, queues, variables, headers, files, SIP URIs, numbers, users) have been
 *     validated: they hold nothing that could be a second address, a path, a command or another
 *     header. Text, ssml, cause phrases and labels are opaque and must never be interpreted. Store
 *     application variables under a prefix of your own.
 * 19. Rooms and queues: a host has them ready-made (join; enqueue with dequeue), or only the means,
 *     mix: then the engine keeps rooms and queues itself, over all calls of the engine, whichever
 *     reactor a call is on. They belong to the call's account: a host that keeps them itself
 *     prefixes their names with it.
 * 20. The caller's call is the host's. The engine hangs it up where the document or `at_end` says
 *     so, and never because of pivot_cancel(), pivot_stop() or pivot_engine_destroy(): those stop
 *     jobs, hang up the legs that the engine dialled, and end with `ended`. The sinks get a call's
 *     CDR and the debug records of its requests before its `ended`; those of callbacks still under
 *     way may follow.
 * 21. Arrays of structs that begin with `size` are stepped through by the size of their first
 *     element.
 */
#ifndef PIVOT_SESSION_H
#define PIVOT_SESSION_H

#include <pivot/pivot.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The caller is leg 0; the engine numbers the others. Jobs are numbered from 1. */
typedef uint32_t pivot_leg;
typedef uint32_t pivot_job;

/* ---- what commands carry -------------------------------------------------------------------
 *
 * Times are in milliseconds, and 0 means that there is no limit. Flags are 0 or 1. An empty text
 * leaves the choice to the switch, unless it says otherwise. */

typedef enum pivot_media_kind PIVOT_INT {
    PIVOT_MEDIA_URL = 0,       /* http or https */
    PIVOT_MEDIA_FILE = 1,      /* a path on this machine */
    PIVOT_MEDIA_NAME = 2,      /* a sound that the switch keeps */
    PIVOT_MEDIA_PROMPT = 3,    /* one of the switch's own prompts, in `language` */
    PIVOT_MEDIA_TONE = 4,      /* `ON_MS,OFF_MS,HZ` or `ON_MS,OFF_MS,HZ+HZ` */
    PIVOT_MEDIA_HOLD_MUSIC = 5 /* of the class `what`; empty: the switch's default */
} pivot_media_kind;

typedef struct pivot_media {
    size_t size;
    pivot_media_kind kind;
    pivot_text what;
    pivot_text language;
    int32_t loops; /* how often it is played; 0: until it is stopped */
} pivot_media;

typedef struct pivot_speech {
    size_t size;
    pivot_text text;
    pivot_text ssml; /* the same with SSML elements; empty: there are none */
    pivot_text voice;
    pivot_text language;
    pivot_text engine;
    pivot_text file; /* a path of the rendered speech; empty: the switch is to render it */
} pivot_speech;

typedef struct pivot_keys {
    size_t size;
    pivot_text keys; /* 0-9 A-D * #; `w` waits half a second, `W` a whole one */
    int64_t key_ms;  /* of each */
} pivot_keys;

/* What a leg says, what it hears, or both. */
typedef enum pivot_track PIVOT_INT {
    PIVOT_TRACK_INBOUND = 0,
    PIVOT_TRACK_OUTBOUND = 1,
    PIVOT_TRACK_BOTH = 2
} pivot_track;

typedef struct pivot_recording {
    size_t size;
    pivot_text keys;        /* any of them ends it; empty: no key does */
    int64_t silence_max_ms; /* of silence that ends it */
    int64_t length_max_ms;
    int32_t trims_silence;
    pivot_track track;
    int32_t is_dual;     /* each side on a channel of its own */
    int32_t runs_beside; /* all else that happens on the call */
    pivot_text url;      /* to upload to; empty: the switch keeps it, or the engine, see `file` */
    pivot_text method;   /* PUT or POST */
    pivot_text format;   /* wav or mp3 */
    pivot_text name;     /* of a file, without folder and ending */
    pivot_text file;     /* a local path to record into, where session.keeps_recordings is on */
} pivot_recording;

typedef struct pivot_listening {
    size_t size;
    pivot_text language;
    pivot_text hints;
    pivot_text model;
    int64_t begin_timeout_ms; /* until speech begins */
    int64_t end_timeout_ms;   /* of silence after speech; 0: the switch decides */
    int64_t length_max_ms;
    int32_t filters_profanity;
    int32_t wants_partial;
} pivot_listening;

typedef enum pivot_target_kind PIVOT_INT {
    PIVOT_TARGET_NUMBER = 0,      /* through a carrier */
    PIVOT_TARGET_SIP = 1,         /* a SIP URI */
    PIVOT_TARGET_DIAL_STRING = 2, /* the switch's own, from the operator's directory */
    PIVOT_TARGET_USER = 3         /* a registered user's name */
} pivot_target_kind;

typedef struct pivot_target {
    size_t size;
    pivot_leg leg;
    pivot_target_kind kind;
    pivot_text address;
    int64_t delay_ms;    /* before it rings */
    int64_t timeout_ms;  /* of its ringing; 0: the dial's */
    pivot_text username; /* for the far end's authentication */
    pivot_text password;
    const pivot_pair* headers; /* of the INVITE */
    size_t header_count;
} pivot_target;

typedef struct pivot_dial {
    size_t size;
    const pivot_target* targets;
    size_t target_count;
    int32_t is_sequential; /* one after the other, else all at once */
    int32_t ignores_early_media;
    int64_t timeout_ms;        /* until one has answered */
    pivot_text caller_id_name; /* empty: the call's own */
    pivot_text caller_id_number;

    /* What the caller hears until bridge() or the dial's failure, beyond the end of this job: copy
     * it. Null: what the far end sends, then the switch's own. */
    const pivot_media* ringback;
} pivot_dial;

typedef struct pivot_conference {
    size_t size;
    pivot_text room;
    int32_t is_muted;
    int32_t is_moderator;     /* it begins when one is there */
    int32_t ends_with_caller; /* all leave when this one does */
    int32_t beeps_on_enter;
    int32_t beeps_on_exit;
    int32_t is_recorded;
    int32_t plays_welcome;
    uint32_t members_max; /* 0: the switch's limit */
    pivot_text label;
    pivot_text profile;
    pivot_text coached_label;      /* whispers to the member of this label alone; empty: to all */
    const pivot_media* hold_music; /* until it begins; null: silence */
} pivot_conference;

typedef struct pivot_queue {
    size_t size;
    pivot_text name;
    uint32_t size_max;             /* 0: the switch's limit */
    const pivot_media* hold_music; /* null: the engine plays something */
} pivot_queue;

typedef struct pivot_stream {
    size_t size;
    pivot_text url; /* ws or wss */
    pivot_text name;
    pivot_track track;
    int32_t is_two_way;
    pivot_text codec;     /* pcmu or l16 */
    uint32_t sample_rate; /* in hertz */
    const pivot_pair* parameters;
    size_t parameter_count;
} pivot_stream;

typedef struct pivot_transfer {
    size_t size;
    pivot_text target; /* a number or a SIP URI */
    int32_t is_attended;
    int32_t moves_other_leg; /* the peer goes to the target, not the caller */
} pivot_transfer;

/* How a session ended. */
typedef struct pivot_end {
    size_t size;
    int32_t has_moved; /* the call goes on elsewhere */
    int32_t was_answered;
    int32_t iterations; /* documents and flows performed */
    pivot_text cause;   /* of the hang-up, such as USER_BUSY; empty: there was none */
    int32_t sip_code;
    pivot_text branch; /* `_` after a pivot that failed or was skipped, if nothing followed */
} pivot_end;

/* ---- what the host implements ---------------------------------------------------------------
 *
 * One for all calls: `call` is what was given to pivot_session_start(). */

/* What a command that is there can do beyond the least. Where an ability is missing, a call goes
 * another way, and its host is warned once. */
typedef enum pivot_ability PIVOT_INT {
    PIVOT_ABILITY_LEGS_APART = 1,      /* play, say and record to a leg that waits for its bridge */
    PIVOT_ABILITY_SIP_CREDENTIALS = 2, /* a target's username and password */
    PIVOT_ABILITY_DUAL_RECORDING = 4,
    PIVOT_ABILITY_KEYS_IN_ROOMS = 8, /* KEY while in a conference or a bridge */
    PIVOT_ABILITY_EARLY_MEDIA = 16,  /* play and say before the answer */
    PIVOT_ABILITY_SSML = 32,
    PIVOT_ABILITY_COACHING = 64 /* a member of a conference whispers to another */
} pivot_ability;

typedef struct pivot_channel {
    size_t size;
    uint64_t abilities; /* pivot_ability, added up */

    /* Answers the caller: ANSWERED or HUNG_UP follows. */
    void (*answer)(void* call);

    /* Refuses a call that is not answered, with the status nearest to this one: HUNG_UP follows.
     * Null: it is hung up. */
    void (*reject)(void* call, int32_t sip_code, pivot_text phrase);

    /* Hangs up a leg, or with the caller's the whole call: LEG_ENDED or HUNG_UP follows. Both of
     * these may come while the channel's thread is busy. */
    void (*hang_up)(void* call, pivot_leg leg, pivot_text cause);
    void (*stop)(void* call, pivot_job job);

    /* On a leg. */
    void (*play)(void* call, pivot_job job, pivot_leg leg, const pivot_media* media);
    void (*say)(void* call, pivot_job job, pivot_leg leg, const pivot_speech* speech);
    void (*send_keys)(void* call, pivot_job job, pivot_leg leg, const pivot_keys* keys);
    void (*record)(void* call, pivot_job job, pivot_leg leg, const pivot_recording* recording);
    void (*listen)(void* call, pivot_job job, pivot_leg leg, const pivot_listening* listening);

    /* Dials, until LEG_ANSWERED or DIAL_FAILED. The first who answers waits for bridge(), which
     * connects them with the caller until BRIDGE_ENDED; the switch gives up the others. */
    void (*dial)(void* call, pivot_job job, const pivot_dial* dial);
    void (*bridge)(void* call, pivot_job job, pivot_leg leg);

    /* Rooms, until JOB_ENDED, and queues, until QUEUE_ENDED. A dequeue connects the caller with
     * whoever has waited longest: QUEUE_BRIDGED first. */
    void (*join)(void* call, pivot_job job, const pivot_conference* conference);
    void (*enqueue)(void* call, pivot_job job, const pivot_queue* queue);
    void (*dequeue)(void* call, pivot_job job, pivot_text queue, int64_t timeout_ms);

    void (*stream)(void* call, pivot_job job, pivot_leg leg, const pivot_stream* stream);

    /* Asks the caller's side by REFER to call a SIP URI: REFERRED, and the call stays. */
    void (*refer)(void* call, pivot_job job, pivot_text sip_uri);

    /* The call goes elsewhere: MOVED, or JOB_ENDED if that failed. */
    void (*transfer)(void* call, pivot_job job, const pivot_transfer* transfer);
    void (*park)(void* call, pivot_job job, pivot_text slot);

    void (*mute)(void* call, pivot_leg leg, int32_t is_muted);

    /* `is_exported`: also of legs that are dialled later. */
    void (*set_variable)(void* call, pivot_leg leg, pivot_text name, pivot_text value,
                         int32_t is_exported);

    /* A module of a callflow that the engine does not run, or that the setting
     * callflow.host_modules names: JOB_ENDED says by which branch the flow goes on. A whole flow,
     * JSON text: MOVED. Each returns 0 where it cannot; then it has not begun. */
    int32_t (*run_module)(void* call, pivot_job job, pivot_text module, pivot_text data);
    int32_t (*run_flow)(void* call, pivot_job job, pivot_text flow);

    /* Puts the caller into the mix of this name, until the job is stopped: JOB_ENDED. All who are
     * in a mix hear each other, whichever call they belong to; what is played to one of them is
     * heard by that one alone. `members_max` 2: a plain bridge will do; 0: any number. */
    void (*mix)(void* call, pivot_job job, pivot_text mix, uint32_t members_max);

    /* What was skipped or failed, and where: `3:5` in a document, the module of a flow, `switch`
     * for what this channel has broken of the contract. May be null, as may the two below. */
    void (*warned)(void* call, pivot_text where, pivot_text what);

    /* A branch of a flow was taken, and why. */
    void (*branched)(void* call, pivot_text branch, pivot_text why);

    /* The call is the host's again: no command comes any more. HUNG_UP is still to be told. */
    void (*given_back)(void* call, const pivot_end* so_far);

    /* The session is over: nothing is called for it any more. */
    void (*ended)(void* call, const pivot_end* end);
} pivot_channel;

/* ---- what the host tells ------------------------------------------------------------------- */

/* Each with the members that it has besides `size` and `kind`. */
typedef enum pivot_event_kind PIVOT_INT {
    PIVOT_EVENT_ANSWERED = 0,     /* the caller's leg */
    PIVOT_EVENT_KEY = 1,          /* leg, key */
    PIVOT_EVENT_JOB_ENDED = 2,    /* job, how, text: the branch of a module, why */
    PIVOT_EVENT_RECORDED = 3,     /* job, how, key, text: a URL or a path, id, duration_ms, why */
    PIVOT_EVENT_HEARD = 4,        /* job, how, text: the words, confidence, why */
    PIVOT_EVENT_LEG_RINGING = 5,  /* leg */
    PIVOT_EVENT_LEG_ANSWERED = 6, /* leg, job, id: of the leg's call */
    PIVOT_EVENT_LEG_ENDED = 7,    /* leg, text: the cause, sip_code, why */
    PIVOT_EVENT_DIAL_FAILED = 8,  /* job, text: the cause, sip_code, why */
    PIVOT_EVENT_BRIDGE_ENDED = 9, /* job, why */
    PIVOT_EVENT_CONFERENCE = 10,  /* job, how, text: the member's call id */
    PIVOT_EVENT_QUEUE_STANDING = 11, /* job, position, of, waited_ms: the average */
    PIVOT_EVENT_QUEUE_BRIDGED = 12,  /* job */
    PIVOT_EVENT_QUEUE_ENDED = 13, /* job, how, id: of the other call, waited_ms, duration_ms, why */
    PIVOT_EVENT_MOVED = 14,       /* job */
    PIVOT_EVENT_HUNG_UP = 15,     /* text: the cause, sip_code */

    /* What runs is stopped, the URL in `text` is asked by POST (`how` 0) or GET (1), and its answer
     * is performed. */
    PIVOT_EVENT_REDIRECT = 16,

    PIVOT_EVENT_SPEECH_BEGAN = 17,    /* job */
    PIVOT_EVENT_RECORDING_BEGAN = 18, /* job, id */
    PIVOT_EVENT_STREAM_BEGAN = 19,    /* job, id */
    PIVOT_EVENT_REFERRED = 20,        /* job, sip_code, how: the status notified last, or 0, why */
    PIVOT_EVENT_EVENTS_MISSED = 21    /* why: the next debug record has it */
} pivot_event_kind;

typedef enum pivot_job_end PIVOT_INT {
    PIVOT_JOB_FINISHED = 0,
    PIVOT_JOB_STOPPED = 1,
    PIVOT_JOB_FAILED = 2
} pivot_job_end;

typedef enum pivot_recording_end PIVOT_INT {
    PIVOT_RECORDING_KEY = 0,
    PIVOT_RECORDING_SILENCE = 1,
    PIVOT_RECORDING_LIMIT = 2,
    PIVOT_RECORDING_STOPPED = 3,
    PIVOT_RECORDING_HUNG_UP = 4,
    PIVOT_RECORDING_FAILED = 5
} pivot_recording_end;

typedef enum pivot_queue_end PIVOT_INT {
    PIVOT_QUEUE_BRIDGED = 0,
    PIVOT_QUEUE_LEFT = 1,
    PIVOT_QUEUE_HUNG_UP = 2,
    PIVOT_QUEUE_FULL = 3,
    PIVOT_QUEUE_FAILED = 4
} pivot_queue_end;

typedef enum pivot_hearing_end PIVOT_INT {
    PIVOT_HEARD_WORDS = 0,
    PIVOT_HEARD_SILENCE = 1,
    PIVOT_HEARD_FAILED = 2,
    PIVOT_HEARD_PARTIAL = 3 /* not the end: what is heard so far */
} pivot_hearing_end;

typedef enum pivot_conference_kind PIVOT_INT {
    PIVOT_CONFERENCE_START = 0,
    PIVOT_CONFERENCE_END = 1,
    PIVOT_CONFERENCE_JOIN = 2,
    PIVOT_CONFERENCE_LEAVE = 3,
    PIVOT_CONFERENCE_MUTE = 4,
    PIVOT_CONFERENCE_UNMUTE = 5,
    PIVOT_CONFERENCE_HOLD = 6,
    PIVOT_CONFERENCE_UNHOLD = 7,
    PIVOT_CONFERENCE_SPEECH_START = 8,
    PIVOT_CONFERENCE_SPEECH_STOP = 9
} pivot_conference_kind;

/* Members that do not belong to the kind stay zero. */
typedef struct pivot_event {
    size_t size;
    pivot_event_kind kind;
    pivot_leg leg;
    pivot_job job;
    int32_t how; /* a value of the enum of the kind's ends */
    char key;
    int32_t sip_code;
    pivot_text text;
    pivot_text id;
    pivot_text why; /* of what failed: a sentence for the voice developer */
    pivot_text confidence;
    int64_t duration_ms;
    int64_t waited_ms;
    uint32_t position; /* in a queue, from 1 */
    uint32_t of;       /* how many wait there */
} pivot_event;

/* ---- sessions ------------------------------------------------------------------------------ */

/* What happens to a call that is still there at the end of its document or flow, or when a pivot
 * has failed without a `_` child. A Hangup or a Reject hangs up either way. */
typedef enum pivot_at_end PIVOT_INT {
    PIVOT_AT_END_HANG_UP = 0,
    PIVOT_AT_END_GIVE_BACK = 1
} pivot_at_end;

typedef struct pivot_directory pivot_directory;

typedef struct pivot_session_request {
    size_t size;
    const pivot_request* request;
    int64_t started_unix_ms;  /* when the call began; 0: now */
    int64_t answered_unix_ms; /* 0: it is not answered */
    pivot_at_end at_end;
    const pivot_directory* directory; /* null: no device, user, menu or flow is known */
} pivot_session_request;

/* Starts a whole call. If it returns PIVOT_OK, `ended` is called exactly once. `channel` and `call`
 * are not copied: they stay until then. With a bad action, and beyond the setting `calls_max`, the
 * call starts and takes its `_` branch. Fails as pivot_start() does, with PIVOT_STOPPED while the
 * engine drains or stops, and with PIVOT_NO_MEMORY if twice as many calls as that are in flight. */
pivot_status pivot_session_start(pivot_engine* engine, const pivot_session_request* request,
                                 const pivot_channel* channel, void* call, pivot_ticket* ticket,
                                 pivot_error* error);

/* Tells what has happened on a call, which counts from here. Any thread; events of one thread keep
 * their order. Text that is not UTF-8 is mended. Fails with PIVOT_NOTHING if the call is over, with
 * PIVOT_BAD_VALUE if there is no such kind, or no such `how` of that kind, and with PIVOT_NULL,
 * PIVOT_SHORT, PIVOT_NO_MEMORY or PIVOT_FORKED; then nothing is told. pivot_cancel() ends a session
 * (see 20). */
pivot_status pivot_tell(pivot_engine* engine, pivot_ticket session, const pivot_event* event);

/* From the ids in callflows to what they stand for (docs/directory.md): a JSON object. It never
 * changes, any number of calls may use it, and they keep it beyond its release. Fails with
 * PIVOT_BAD_JSON, whose sentence lists all that is wrong, PIVOT_BAD_UTF8 or PIVOT_NULL. */
pivot_status pivot_directory_create(const pivot_engine* engine, pivot_text json,
                                    pivot_directory** directory, pivot_error* error);
void pivot_directory_release(pivot_directory* directory);

/* ---- the engine ---------------------------------------------------------------------------- */

/* pivot_run() within a budget of time, in nanoseconds; 0: that of pivot_run(), the setting
 * `run_ms`. The clock is looked at between steps, of which few take more than 0.1 ms. Fails as
 * pivot_run() does, and with PIVOT_BAD_VALUE. */
pivot_status pivot_run_for(pivot_engine* engine, int64_t budget_ns, int64_t* wait_ns);

/* Other settings for whatever is asked from now on (docs/configuration.md, "While it runs"): what
 * has begun ends under those it began with, and no call is dropped. Any thread. Fails with
 * PIVOT_BAD_CONFIG if a setting is wrong or cannot change while the engine runs, with
 * PIVOT_BAD_UTF8, PIVOT_NULL or PIVOT_FORKED; then nothing changes. */
pivot_status pivot_engine_reload(pivot_engine* engine, pivot_text json, pivot_error* error);

/* Lets no call start any more, waits so long for those in flight, and then cancels what is left,
 * calls that rest after given_back or MOVED included. All calls have ended when it returns. A
 * host-driven engine runs inside it, on the thread of pivot_run(). Fails with PIVOT_IN_CALLBACK,
 * PIVOT_WRONG_THREAD, PIVOT_FORKED or PIVOT_BAD_VALUE. */
pivot_status pivot_stop(pivot_engine* engine, int64_t within_ns);

/* ---- what the engine tells besides --------------------------------------------------------- */

typedef enum pivot_log_level PIVOT_INT {
    PIVOT_LOG_ERROR = 0,
    PIVOT_LOG_WARNING = 1,
    PIVOT_LOG_INFO = 2,
    PIVOT_LOG_DEBUG = 3
} pivot_log_level;

/* A call detail record, to be posted to `url`. */
typedef struct pivot_cdr {
    size_t size;
    pivot_text id; /* random: a server that gets the record twice knows it by this */
    pivot_text url;
    pivot_text form; /* application/x-www-form-urlencoded */
    pivot_text call_id;
    pivot_text account_id;
} pivot_cdr;

/* Any member may be null. Each is called on any thread of the engine, never two at a time for one
 * call, and must not wait. The engine keeps a pointer to `user` alone. */
struct pivot_sinks {
    size_t size;
    void* user;

    /* A sentence about what an operator should know; `call_id` is empty if it is about no call. */
    void (*log)(void* user, pivot_log_level level, pivot_text call_id, pivot_text line);

    /* The record of a request and its answer: a JSON object (docs/debug-records.md). */
    void (*debug_record)(void* user, pivot_text call_id, pivot_text account_id, pivot_text json);

    /* Returns 1 if the host delivers it, 0 if the engine's store shall, if there is one. */
    int32_t (*cdr)(void* user, const pivot_cdr* cdr);

    /* On a reactor's own thread, the first and the last function that is called there. Not called
     * in a host-driven engine. */
    void (*thread_begins)(void* user, uint32_t reactor);
    void (*thread_ends)(void* user, uint32_t reactor);
};

/* Shows the debug records of a call in the store to `each`, the oldest first, 1000 at most: all
 * that were left before this was called. Any thread, which waits for the disk. Fails with
 * PIVOT_NOTHING if there is no store or no such record, and with PIVOT_BAD_UTF8, PIVOT_NULL,
 * PIVOT_IN_CALLBACK or PIVOT_FORKED. */
typedef void pivot_records_fn(void* user, pivot_text json);
pivot_status pivot_debug_records(pivot_engine* engine, pivot_text call_id, pivot_records_fn* each,
                                 void* user);

/* Shows what the engine has done so far to `write`, in Prometheus' text format (docs/metrics.md),
 * in one or more portions. Any thread. Fails with PIVOT_NULL or PIVOT_FORKED. */
typedef void pivot_write_fn(void* user, pivot_text portion);
pivot_status pivot_metrics(const pivot_engine* engine, pivot_write_fn* write, void* user);

/* ---- in short ------------------------------------------------------------------------------
 *
 * Events with the members that they usually have; texts are terminated strings or null. */

static inline pivot_event pivot_event_of(pivot_event_kind kind)
{
    pivot_event event;
    memset(&event, 0, sizeof event);
    event.size = sizeof event;
    event.kind = kind;
    return event;
}

static inline pivot_status pivot_tell_answered(pivot_engine* engine, pivot_ticket ticket)
{
    const pivot_event event = pivot_event_of(PIVOT_EVENT_ANSWERED);
    return pivot_tell(engine, ticket, &event);
}

static inline pivot_status pivot_tell_key(pivot_engine* engine, pivot_ticket ticket, pivot_leg leg,
                                          char key)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_KEY);
    event.leg = leg;
    event.key = key;
    return pivot_tell(engine, ticket, &event);
}

/* Ends a job of any kind. */
static inline pivot_status pivot_tell_job(pivot_engine* engine, pivot_ticket ticket, pivot_job job,
                                          pivot_job_end how)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_JOB_ENDED);
    event.job = job;
    event.how = how;
    return pivot_tell(engine, ticket, &event);
}

static inline pivot_status pivot_tell_recorded(pivot_engine* engine, pivot_ticket ticket,
                                               pivot_job job, pivot_recording_end how, char key,
                                               const char* url, int64_t duration_ms)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_RECORDED);
    event.job = job;
    event.how = how;
    event.key = key;
    event.text = pivot_text_of(url);
    event.duration_ms = duration_ms;
    return pivot_tell(engine, ticket, &event);
}

static inline pivot_status pivot_tell_leg_answered(pivot_engine* engine, pivot_ticket ticket,
                                                   pivot_job job, pivot_leg leg,
                                                   const char* call_id)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_LEG_ANSWERED);
    event.job = job;
    event.leg = leg;
    event.id = pivot_text_of(call_id);
    return pivot_tell(engine, ticket, &event);
}

static inline pivot_status pivot_tell_leg_ended(pivot_engine* engine, pivot_ticket ticket,
                                                pivot_leg leg, const char* cause, int32_t sip_code)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_LEG_ENDED);
    event.leg = leg;
    event.text = pivot_text_of(cause);
    event.sip_code = sip_code;
    return pivot_tell(engine, ticket, &event);
}

static inline pivot_status pivot_tell_hung_up(pivot_engine* engine, pivot_ticket ticket,
                                              const char* cause, int32_t sip_code)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_HUNG_UP);
    event.text = pivot_text_of(cause);
    event.sip_code = sip_code;
    return pivot_tell(engine, ticket, &event);
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
