#define _POSIX_C_SOURCE 200809L

#include "toy_channel.h"

#include "check.h"
#include "toy_line.h"

#include <stdlib.h>
#include <string.h>

_Thread_local bool toy_is_inside = false;

void* toy_must(void* allocated)
{
    if (allocated == NULL) abort();
    return allocated;
}

void toy_lock(toy_call* call)
{
    pthread_mutex_lock(&call->mutex);
}

void toy_unlock(toy_call* call)
{
    pthread_mutex_unlock(&call->mutex);
}

static void post(toy_deed* deed)
{
    toy_switch* toy = deed->call->owner;
    toy_lane* lane = &toy->lanes[deed->call->number % toy->lane_count];
    pthread_mutex_lock(&lane->mutex);
    *lane->last = deed;
    lane->last = &deed->next;
    ++lane->count;
    pthread_cond_signal(&lane->has_work);
    pthread_mutex_unlock(&lane->mutex);
}

toy_deed* toy_take(toy_lane* lane)
{
    toy_deed* deed = lane->first;
    if (deed == NULL) return NULL;
    lane->first = deed->next;
    if (lane->first == NULL) lane->last = &lane->first;
    --lane->count;
    deed->next = NULL;
    return deed;
}

void toy_free_unless_used(toy_deed* deed)
{
    if (deed->is_posted || deed->is_running) return;
    free(deed->line);
    free(deed);
}

static void add_to_log(toy_call* call, const char* line)
{
    const size_t size = strlen(line);
    call->log = toy_must(realloc(call->log, call->log_size + size + 2));
    call->log[call->log_size] = '\n';
    memcpy(call->log + call->log_size + 1, line, size + 1);
    call->log_size += size + 1;
}

void toy_check_is_unchanged(const toy_deed* deed)
{
    toy_line now;
    toy_describe(&now, deed);
    CHECK(strcmp(now.text, deed->line) == 0);
    CHECK(now.digest == deed->digest);
}

toy_command toy_release(toy_call* call, pivot_job job)
{
    for (toy_deed** at = &call->running; *at != NULL; at = &(*at)->next_running) {
        toy_deed* deed = *at;
        if (deed->job != job) continue;
        const toy_command command = deed->command;
        toy_check_is_unchanged(deed);
        *at = deed->next_running;
        deed->is_running = false;
        toy_free_unless_used(deed);
        return command;
    }
    return TOY_COMMANDS;
}

/* What holds at each command. */
static void check_command(toy_call* call)
{
    CHECK(!toy_is_inside);
    CHECK(call->ticket.call != NULL);
    CHECK(!call->is_over);
}

static toy_deed* deed_of(void* user, toy_command command)
{
    toy_call* call = user;
    check_command(call);
    toy_deed* deed = toy_must(calloc(1, sizeof *deed));
    deed->call = call;
    deed->command = command;
    return deed;
}

/* Notes what is commanded, and hands it to the lane. Without a job its texts end with it. */
static void command(toy_deed* deed)
{
    toy_call* call = deed->call;
    toy_line what;
    toy_describe(&what, deed);
    deed->digest = what.digest;
    deed->line = toy_must(strdup(what.text));
    deed->is_posted = true;
    if (deed->job == 0) {
        deed->shown = NULL;
        deed->texts[0] = deed->texts[1] = pivot_text_of(NULL);
    }
    toy_lock(call);
    add_to_log(call, what.text);
    ++call->owner->commanded[deed->command];
    deed->index = ++call->commands;
    toy_unlock(call);
    post(deed);
}

static void command_job(toy_deed* deed, pivot_job job)
{
    toy_call* call = deed->call;
    CHECK(job > call->last_job);
    call->last_job = job;
    deed->job = job;
    deed->is_running = true;
    toy_lock(call);
    deed->next_running = call->running;
    call->running = deed;
    toy_unlock(call);
    command(deed);
}

static void command_on_leg(void* user, toy_command kind, pivot_job job, pivot_leg leg,
                           const void* what)
{
    toy_deed* deed = deed_of(user, kind);
    deed->leg = leg;
    deed->shown = what;
    command_job(deed, job);
}

static void answer(void* call)
{
    command(deed_of(call, TOY_ANSWER));
}

static void reject(void* call, int32_t sip_code, pivot_text phrase)
{
    toy_deed* deed = deed_of(call, TOY_REJECT);
    deed->number = sip_code;
    deed->texts[0] = phrase;
    command(deed);
}

static void hang_up(void* call, pivot_leg leg, pivot_text cause)
{
    toy_deed* deed = deed_of(call, TOY_HANG_UP);
    deed->leg = leg;
    deed->texts[0] = cause;
    command(deed);
}

static void stop(void* call, pivot_job job)
{
    toy_deed* deed = deed_of(call, TOY_STOP);
    CHECK(job <= deed->call->last_job);
    deed->number = job;
    command(deed);
}

static void play(void* call, pivot_job job, pivot_leg leg, const pivot_media* what)
{
    command_on_leg(call, TOY_PLAY, job, leg, what);
}

static void say(void* call, pivot_job job, pivot_leg leg, const pivot_speech* what)
{
    command_on_leg(call, TOY_SAY, job, leg, what);
}

static void send_keys(void* call, pivot_job job, pivot_leg leg, const pivot_keys* what)
{
    command_on_leg(call, TOY_SEND_KEYS, job, leg, what);
}

static void record(void* call, pivot_job job, pivot_leg leg, const pivot_recording* what)
{
    command_on_leg(call, TOY_RECORD, job, leg, what);
}

static void listen_to(void* call, pivot_job job, pivot_leg leg, const pivot_listening* what)
{
    command_on_leg(call, TOY_LISTEN, job, leg, what);
}

static void dial_all(void* call, pivot_job job, const pivot_dial* what)
{
    toy_deed* deed = deed_of(call, TOY_DIAL);
    deed->shown = what;
    for (size_t i = 0; i < what->target_count && i < 10; ++i) {
        deed->legs[deed->leg_count++] = toy_target(what, i)->leg;
    }
    command_job(deed, job);
}

static void bridge(void* call, pivot_job job, pivot_leg leg)
{
    command_on_leg(call, TOY_BRIDGE, job, leg, NULL);
}

static void join(void* call, pivot_job job, const pivot_conference* what)
{
    command_on_leg(call, TOY_JOIN, job, 0, what);
}

static void enqueue(void* call, pivot_job job, const pivot_queue* what)
{
    command_on_leg(call, TOY_ENQUEUE, job, 0, what);
}

static void dequeue(void* call, pivot_job job, pivot_text name, int64_t timeout_ms)
{
    toy_deed* deed = deed_of(call, TOY_DEQUEUE);
    deed->texts[0] = name;
    deed->number = timeout_ms;
    command_job(deed, job);
}

static void stream_to(void* call, pivot_job job, pivot_leg leg, const pivot_stream* what)
{
    command_on_leg(call, TOY_STREAM, job, leg, what);
}

static void refer(void* call, pivot_job job, pivot_text sip_uri)
{
    toy_deed* deed = deed_of(call, TOY_REFER);
    deed->texts[0] = sip_uri;
    command_job(deed, job);
}

static void transfer_to(void* call, pivot_job job, const pivot_transfer* what)
{
    command_on_leg(call, TOY_TRANSFER, job, 0, what);
}

static void park(void* call, pivot_job job, pivot_text slot)
{
    toy_deed* deed = deed_of(call, TOY_PARK);
    deed->texts[0] = slot;
    command_job(deed, job);
}

static void mute(void* call, pivot_leg leg, int32_t is_muted)
{
    toy_deed* deed = deed_of(call, TOY_MUTE);
    deed->leg = leg;
    deed->number = is_muted;
    command(deed);
}

static void set_variable(void* call, pivot_leg leg, pivot_text name, pivot_text value,
                         int32_t is_exported)
{
    toy_deed* deed = deed_of(call, TOY_SET_VARIABLE);
    deed->leg = leg;
    deed->texts[0] = name;
    deed->texts[1] = value;
    deed->number = is_exported;
    command(deed);
}

static int32_t run_module(void* call, pivot_job job, pivot_text module, pivot_text data)
{
    toy_deed* deed = deed_of(call, TOY_RUN_MODULE);
    deed->texts[0] = module;
    deed->texts[1] = data;
    command_job(deed, job);
    return 1;
}

int32_t toy_run_flow(void* call, pivot_job job, pivot_text flow)
{
    toy_deed* deed = deed_of(call, TOY_RUN_FLOW);
    deed->texts[0] = flow;
    command_job(deed, job);
    return 1;
}

static void mix(void* call, pivot_job job, pivot_text name, uint32_t members_max)
{
    toy_deed* deed = deed_of(call, TOY_MIX);
    deed->texts[0] = name;
    deed->number = members_max;
    command_job(deed, job);
}

static void warned(void* call, pivot_text where, pivot_text what)
{
    toy_deed* deed = deed_of(call, TOY_WARNED);
    deed->texts[0] = where;
    deed->texts[1] = what;
    command(deed);
}

static void branched(void* call, pivot_text branch, pivot_text why)
{
    toy_deed* deed = deed_of(call, TOY_BRANCHED);
    deed->texts[0] = branch;
    deed->texts[1] = why;
    command(deed);
}

static void given_back(void* call, const pivot_end* so_far)
{
    toy_deed* deed = deed_of(call, TOY_GIVEN_BACK);
    deed->shown = so_far;
    command(deed);
}

static void keep(char* to, size_t capacity, pivot_text value)
{
    const size_t size = value.size < capacity ? value.size : capacity - 1;
    if (size > 0) memcpy(to, value.data, size);
    to[size] = '\0';
}

#define KEEP(to, value) keep(to, sizeof(to), value)

/* Whatever has not ended is readable for the last time. */
static void ended(void* user, const pivot_end* how)
{
    toy_call* call = user;
    check_command(call);
    const toy_deed said = {.command = TOY_ENDED, .shown = how};
    toy_line what;
    toy_describe(&what, &said);
    toy_lock(call);
    while (call->running != NULL) toy_release(call, call->running->job);
    add_to_log(call, what.text);
    call->end = *how;
    call->records_at_end = call->records;
    call->cdrs_at_end = call->cdrs;
    KEEP(call->cause, how->cause);
    KEEP(call->branch, how->branch);
    call->is_over = true;
    toy_unlock(call);
    ++call->owner->commanded[TOY_ENDED];
    ++call->ends;
    ++call->owner->ended;
}

const pivot_channel toy_channel = {
    .size = sizeof(pivot_channel),
    .abilities = PIVOT_ABILITY_LEGS_APART | PIVOT_ABILITY_SIP_CREDENTIALS |
                 PIVOT_ABILITY_DUAL_RECORDING | PIVOT_ABILITY_KEYS_IN_ROOMS |
                 PIVOT_ABILITY_EARLY_MEDIA | PIVOT_ABILITY_SSML | PIVOT_ABILITY_COACHING,
    .answer = answer,
    .reject = reject,
    .hang_up = hang_up,
    .stop = stop,
    .play = play,
    .say = say,
    .send_keys = send_keys,
    .record = record,
    .listen = listen_to,
    .dial = dial_all,
    .bridge = bridge,
    .join = join,
    .enqueue = enqueue,
    .dequeue = dequeue,
    .stream = stream_to,
    .refer = refer,
    .transfer = transfer_to,
    .park = park,
    .mute = mute,
    .set_variable = set_variable,
    .run_module = run_module,

    .mix = mix,
    .warned = warned,
    .branched = branched,
    .given_back = given_back,
    .ended = ended,
};

static toy_call* call_named(toy_switch* toy, pivot_text id)
{
    CHECK(id.size > 2 && memcmp(id.data, "c-", 2) == 0);
    const size_t number = (size_t)atoi(id.data + 2); /* a quote or the end of a form follows */
    CHECK(number < toy->call_count);
    return toy->calls[number];
}

static void take_log(void* user, pivot_log_level level, pivot_text call_id, pivot_text line)
{
    toy_switch* toy = user;
    CHECK(level >= PIVOT_LOG_ERROR && level <= PIVOT_LOG_DEBUG);
    CHECK(line.size > 0);
    ++toy->lines_logged;
    if (toy->epoll < 0) return;
    snprintf(toy->last_log, sizeof toy->last_log, "%.*s: %.*s", (int)call_id.size, call_id.data,
             (int)line.size, line.data);
}

static void take_record(void* user, pivot_text call_id, pivot_text account_id, pivot_text json)
{
    toy_switch* toy = user;
    char id[32];
    KEEP(id, call_id);
    toy_call* call = call_named(toy, pivot_text_of(id));
    CHECK(json.size > 0 && json.data[0] == '{');
    (void)account_id;
    ++call->records;
    if (toy->epoll >= 0) KEEP(toy->last_record, json);
}

static int32_t take_cdr(void* user, const pivot_cdr* cdr)
{
    toy_switch* toy = user;
    char id[32];
    CHECK(cdr->size >= sizeof *cdr);
    KEEP(id, cdr->call_id);
    toy_call* call = call_named(toy, pivot_text_of(id));
    CHECK(call->ends == 0);
    CHECK(cdr->id.size > 0);
    CHECK(cdr->url.size > 0);
    CHECK(cdr->form.size > 0);
    ++call->cdrs;
    if (toy->epoll >= 0) KEEP(toy->last_cdr, cdr->form);
    return 1;
}

static void thread_begins(void* user, uint32_t reactor)
{
    (void)reactor;
    ++((toy_switch*)user)->threads_begun;
}

static void thread_ends(void* user, uint32_t reactor)
{
    (void)reactor;
    ++((toy_switch*)user)->threads_ended;
}

pivot_sinks toy_sinks(toy_switch* toy)
{
    return (pivot_sinks){.size = sizeof(pivot_sinks),
                         .user = toy,
                         .log = take_log,
                         .debug_record = take_record,
                         .cdr = take_cdr,
                         .thread_begins = thread_begins,
                         .thread_ends = thread_ends};
}
