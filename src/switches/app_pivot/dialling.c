#include "switches/app_pivot/dialling.h"

#include "switches/app_pivot/causes.h"
#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/legs.h"
#include "switches/app_pivot/outgoing.h"
#include "switches/app_pivot/ringback.h"

#include <asterisk/causes.h>
#include <asterisk/channel.h>
#include <asterisk/utils.h>

enum stage { TO_BE_CALLED, CALLED, OVER };

struct target {
    const pivot_target* asked; /* the engine's */
    enum stage stage;
    struct leg* leg;     /* of one that was called */
    int64_t begins_ms;   /* of one that is to be called */
    int64_t gives_up_ms; /* of one that was called; 0: never */
};

struct dialling {
    const pivot_dial* asked; /* the engine's */
    int64_t gives_up_ms;     /* 0: never */
    int cause;               /* of those who are over, the weightiest */
    const char* why;
    int has_early_media;
    int has_rung;
    size_t count;
    struct target targets[];
};

/* Where several fail, one who is there but busy tells more than one who is not. */
static int weight(int cause)
{
    switch (cause) {
        case 0: return 0;
        case AST_CAUSE_USER_BUSY: return 4;
        case AST_CAUSE_CALL_REJECTED: return 3;
        case AST_CAUSE_NO_ANSWER:
        case AST_CAUSE_NO_USER_RESPONSE: return 2;
        default: return 1;
    }
}

static void note_cause(struct dialling* dialling, int cause)
{
    if (weight(cause) > weight(dialling->cause)) dialling->cause = cause;
}

/* One after the other: the next may begin as soon as this one is over. */
static void let_next_begin(struct dialling* dialling, const struct target* target)
{
    const size_t next = (size_t)(target - dialling->targets) + 1;
    if (!dialling->asked->is_sequential || next >= dialling->count) return;
    struct target* following = &dialling->targets[next];
    following->begins_ms = now_ms() + following->asked->delay_ms;
}

static void end_target(struct dialling* dialling, struct target* target, int cause)
{
    target->stage = OVER;
    target->leg = NULL;
    note_cause(dialling, cause);
    let_next_begin(dialling, target);
}

static int is_over(const struct dialling* dialling)
{
    for (size_t each = 0; each < dialling->count; ++each) {
        if (dialling->targets[each].stage != OVER) return 0;
    }
    return 1;
}

/* Hangs up whoever still rings, but for `but`. */
static void hang_up_others(struct live_call* call, struct dialling* dialling,
                           const struct target* but, int cause)
{
    for (size_t each = 0; each < dialling->count; ++each) {
        struct target* target = &dialling->targets[each];
        if (target == but) continue;
        struct leg* leg = target->leg;
        target->stage = OVER;
        target->leg = NULL;
        if (leg == NULL) continue;
        ast_channel_hangupcause_set(leg->channel, cause);
        leg_end(call, leg);
    }
}

/* The caller hears ringing or music no longer. */
static void fall_silent(struct live_call* call, const struct dialling* dialling)
{
    struct leg* caller = leg_find(call, CALLER);
    if (dialling->has_rung && caller != NULL && leg_is_up(caller)) {
        ast_indicate(caller->channel, -1);
    }
}

static void fail_dial(struct live_call* call, struct job* job, pivot_text cause, int sip_code)
{
    struct dialling* dialling = job->state;
    job->is_over = 1;
    hang_up_others(call, dialling, NULL, AST_CAUSE_NORMAL_CLEARING);
    fall_silent(call, dialling);
    stop_ringback(call);
    tell(call, (pivot_event){.kind = PIVOT_EVENT_DIAL_FAILED,
                             .job = job->number,
                             .text = cause,
                             .sip_code = sip_code,
                             .why = pivot_text_of(dialling->why)});
}

static void stop_dial(struct live_call* call, struct job* job)
{
    fail_dial(call, job, pivot_text_of("ORIGINATOR_CANCEL"), 487);
}

static void fail_if_over(struct live_call* call, struct job* job)
{
    const struct dialling* dialling = job->state;
    if (job->is_over || !is_over(dialling)) return;
    fail_dial(call, job, cause_name(dialling->cause), cause_sip_code(dialling->cause));
}

static void begin_target(struct live_call* call, struct dialling* dialling, struct target* target)
{
    int cause = 0;
    target->leg = call_target(call, dialling->asked, target->asked, &cause, &dialling->why);
    if (target->leg == NULL) {
        end_target(dialling, target, cause);
        return;
    }
    target->stage = CALLED;
    const int64_t limit_ms = target->asked->timeout_ms;
    target->gives_up_ms = limit_ms > 0 ? now_ms() + limit_ms : 0;
}

static void give_target_up(struct live_call* call, struct dialling* dialling, struct target* target)
{
    struct leg* leg = target->leg;
    end_target(dialling, target, AST_CAUSE_NO_ANSWER);
    ast_channel_hangupcause_set(leg->channel, AST_CAUSE_NO_ANSWER);
    leg_end(call, leg);
}

static int is_due(int64_t moment_ms)
{
    return moment_ms != 0 && now_ms() >= moment_ms;
}

static void turn_dial(struct live_call* call, struct job* job)
{
    struct dialling* dialling = job->state;
    if (is_due(dialling->gives_up_ms)) {
        note_cause(dialling, AST_CAUSE_NO_ANSWER);
        fail_dial(call, job, cause_name(AST_CAUSE_NO_ANSWER), 480);
        return;
    }
    for (size_t each = 0; each < dialling->count; ++each) {
        struct target* target = &dialling->targets[each];
        if (target->stage == TO_BE_CALLED && is_due(target->begins_ms)) {
            begin_target(call, dialling, target);
        } else if (target->stage == CALLED && is_due(target->gives_up_ms)) {
            give_target_up(call, dialling, target);
        }
    }
    fail_if_over(call, job);
}

static int wait_dial(struct live_call* call, struct job* job)
{
    (void)call;
    const struct dialling* dialling = job->state;
    int wait_ms = dialling->gives_up_ms == 0 ? -1 : until_ms(dialling->gives_up_ms);
    for (size_t each = 0; each < dialling->count; ++each) {
        const struct target* target = &dialling->targets[each];
        const int64_t due_ms = target->stage == TO_BE_CALLED ? target->begins_ms
                               : target->stage == CALLED     ? target->gives_up_ms
                                                             : 0;
        if (due_ms != 0) wait_ms = earlier(wait_ms, until_ms(due_ms));
    }
    return wait_ms;
}

static struct target* find_target(struct dialling* dialling, const struct leg* leg)
{
    for (size_t each = 0; each < dialling->count; ++each) {
        if (dialling->targets[each].leg == leg) return &dialling->targets[each];
    }
    return NULL;
}

static void hear_ringing(struct live_call* call, struct dialling* dialling, struct leg* leg)
{
    if (!leg->was_told) {
        leg->was_told = 1;
        tell(call, (pivot_event){.kind = PIVOT_EVENT_LEG_RINGING, .leg = leg->number});
    }
    if (dialling->has_rung || dialling->asked->ringback != NULL) return;
    dialling->has_rung = 1;
    ast_indicate(leg_find(call, CALLER)->channel, AST_CONTROL_RINGING);
}

/* Only with one target is it clear whose media the caller is to hear. */
static void hear_progress(struct live_call* call, struct dialling* dialling, struct leg* leg)
{
    const pivot_dial* asked = dialling->asked;
    struct ast_channel* caller = leg_find(call, CALLER)->channel;
    if (asked->target_count > 1 || asked->ignores_early_media || asked->ringback != NULL) return;
    if (ast_channel_make_compatible(caller, leg->channel) != 0) return;
    dialling->has_early_media = 1;
    if (ast_channel_state(caller) != AST_STATE_UP) ast_indicate(caller, AST_CONTROL_PROGRESS);
}

static void hear_answer(struct live_call* call, struct job* job, struct target* target)
{
    struct dialling* dialling = job->state;
    struct leg* leg = target->leg;
    job->is_over = 1;
    leg->was_told = 1;
    target->leg = NULL;
    target->stage = OVER;
    fall_silent(call, dialling);
    tell(call, (pivot_event){.kind = PIVOT_EVENT_LEG_ANSWERED,
                             .job = job->number,
                             .leg = leg->number,
                             .id = pivot_text_of(ast_channel_uniqueid(leg->channel))});
    hang_up_others(call, dialling, target, AST_CAUSE_ANSWERED_ELSEWHERE);
}

static void hear_refusal(struct live_call* call, struct job* job, struct target* target, int cause)
{
    struct leg* leg = target->leg;
    if (ast_channel_hangupcause(leg->channel) == 0) {
        ast_channel_hangupcause_set(leg->channel, cause);
    }
    leg_end(call, leg);
    fail_if_over(call, job);
}

static void hear_control(struct live_call* call, struct job* job, struct target* target, int what)
{
    struct dialling* dialling = job->state;
    switch (what) {
        case AST_CONTROL_RINGING: hear_ringing(call, dialling, target->leg); break;
        case AST_CONTROL_PROGRESS: hear_progress(call, dialling, target->leg); break;
        case AST_CONTROL_ANSWER: hear_answer(call, job, target); break;
        case AST_CONTROL_BUSY: hear_refusal(call, job, target, AST_CAUSE_USER_BUSY); break;
        case AST_CONTROL_CONGESTION:
            hear_refusal(call, job, target, AST_CAUSE_NORMAL_CIRCUIT_CONGESTION);
            break;
        default: break; /* nothing that a dial is about */
    }
}

static void hear_leg(struct live_call* call, struct job* job, struct leg* leg,
                     struct ast_frame* frame)
{
    struct dialling* dialling = job->state;
    struct target* target = find_target(dialling, leg);
    if (target == NULL) return;
    if (frame->frametype == AST_FRAME_CONTROL) {
        hear_control(call, job, target, frame->subclass.integer);
    } else if (frame->frametype == AST_FRAME_VOICE && dialling->has_early_media) {
        ast_write(leg_find(call, CALLER)->channel, frame);
    }
}

/* A leg that clears normally without an answer says nothing: it rang, or there is nobody. */
static int cause_of_failure(const struct leg* leg)
{
    const int cause = ast_channel_hangupcause(leg->channel);
    if (cause != 0 && cause != AST_CAUSE_NORMAL_CLEARING) return cause;
    return leg->was_told ? AST_CAUSE_NO_ANSWER : AST_CAUSE_NO_ROUTE_DESTINATION;
}

static void lose_target(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg->number == CALLER) {
        stop_dial(call, job);
        return;
    }
    struct dialling* dialling = job->state;
    struct target* target = find_target(dialling, leg);
    if (target == NULL) return;
    end_target(dialling, target, cause_of_failure(leg));
    fail_if_over(call, job);
}

static void discard_dial(struct live_call* call, struct job* job)
{
    (void)call;
    ast_free(job->state);
}

static const struct job_kind dialling_targets = {.name = "dials",
                                                 .stop = stop_dial,
                                                 .hear = hear_leg,
                                                 .wait = wait_dial,
                                                 .turn = turn_dial,
                                                 .lose = lose_target,
                                                 .discard = discard_dial};

/* Sequential targets but the first wait for their turn. */
static void set_targets(struct dialling* dialling, const pivot_dial* asked)
{
    const char* each = (const char*)asked->targets;
    for (size_t at = 0; at < asked->target_count; ++at, each += asked->targets->size) {
        struct target* target = &dialling->targets[at];
        target->asked = (const pivot_target*)each;
        const int is_first = !asked->is_sequential || at == 0;
        target->begins_ms = is_first ? now_ms() + target->asked->delay_ms : 0;
    }
}

void dial_targets(struct live_call* call, pivot_job number, const pivot_dial* asked)
{
    const size_t count = asked->target_count;
    struct dialling* dialling = ast_calloc(1, sizeof *dialling + count * sizeof(struct target));
    if (dialling == NULL) {
        job_fail(call, number, "Asterisk has no memory");
        return;
    }
    dialling->asked = asked;
    dialling->count = count;
    dialling->gives_up_ms = asked->timeout_ms > 0 ? now_ms() + asked->timeout_ms : 0;
    set_targets(dialling, asked);
    if (job_begin(call, &dialling_targets, number, NULL, dialling) == NULL) {
        ast_free(dialling);
        return;
    }
    if (asked->ringback != NULL) begin_ringback(call, asked->ringback);
}
