#include "check.h"
#include "toy_channel.h"
#include "toy_switch.h"

#include <string.h>

pivot_event toy_event(pivot_event_kind kind, pivot_job job)
{
    pivot_event event = pivot_event_of(kind);
    event.job = job;
    return event;
}

static bool ends_job(const pivot_event* event)
{
    switch (event->kind) {
        case PIVOT_EVENT_HEARD: return event->how != PIVOT_HEARD_PARTIAL;
        case PIVOT_EVENT_JOB_ENDED:
        case PIVOT_EVENT_RECORDED:
        case PIVOT_EVENT_LEG_ANSWERED:
        case PIVOT_EVENT_DIAL_FAILED:
        case PIVOT_EVENT_BRIDGE_ENDED:
        case PIVOT_EVENT_QUEUE_ENDED:
        case PIVOT_EVENT_MOVED:
        case PIVOT_EVENT_REFERRED: return true;
        default: return false;
    }
}

static void count_event(toy_call* call, pivot_event_kind kind)
{
    if ((size_t)kind < TOY_EVENTS) ++call->owner->told[kind];
}

/* The leg decides which dial is over, whatever job the event names. */
static pivot_job dial_of(const toy_call* call, pivot_leg leg)
{
    for (const toy_deed* deed = call->running; deed != NULL; deed = deed->next_running) {
        for (size_t i = 0; i < deed->leg_count; ++i) {
            if (deed->legs[i] == leg) return deed->job;
        }
    }
    return 0;
}

pivot_status toy_tell(toy_call* call, const pivot_event* event)
{
    if (ends_job(event)) {
        toy_lock(call);
        toy_release(call, event->job);
        if (event->kind == PIVOT_EVENT_LEG_ANSWERED) toy_release(call, dial_of(call, event->leg));
        toy_unlock(call);
    }
    count_event(call, event->kind);
    toy_is_inside = true;
    const pivot_status status = pivot_tell(call->owner->engine, call->ticket, event);
    toy_is_inside = false;
    return status;
}

void toy_hang_up(toy_call* call)
{
    count_event(call, PIVOT_EVENT_HUNG_UP);
    pivot_tell_hung_up(call->owner->engine, call->ticket, "ORIGINATOR_CANCEL", 487);
}

void toy_press(toy_call* call, const char* pressed)
{
    for (; *pressed != '\0'; ++pressed) {
        count_event(call, PIVOT_EVENT_KEY);
        pivot_tell_key(call->owner->engine, call->ticket, 0, *pressed);
    }
}

static void tell_queue_end(toy_call* call, pivot_job job, pivot_queue_end how)
{
    pivot_event event = toy_event(PIVOT_EVENT_QUEUE_ENDED, job);
    event.how = how;
    event.id = pivot_text_of("other-call");
    event.waited_ms = 2000;
    event.duration_ms = 3000;
    toy_tell(call, &event);
}

void toy_end_job(toy_call* call, pivot_job job, pivot_job_end how)
{
    toy_lock(call);
    const toy_command was = toy_release(call, job);
    toy_unlock(call);
    pivot_event event = toy_event(PIVOT_EVENT_JOB_ENDED, job);
    event.how = how;
    if (how == PIVOT_JOB_FAILED) event.why = pivot_text_of("the toy is broken");
    switch (was) {
        case TOY_COMMANDS: return;
        case TOY_RECORD:
            count_event(call, PIVOT_EVENT_RECORDED);
            pivot_tell_recorded(call->owner->engine, call->ticket, job,
                                how == PIVOT_JOB_FINISHED  ? PIVOT_RECORDING_SILENCE
                                : how == PIVOT_JOB_STOPPED ? PIVOT_RECORDING_STOPPED
                                                           : PIVOT_RECORDING_FAILED,
                                '\0', "http://toy.example/recording.wav", 4000);
            return;
        case TOY_BRIDGE: event = toy_event(PIVOT_EVENT_BRIDGE_ENDED, job); break;
        case TOY_ENQUEUE:
        case TOY_DEQUEUE: tell_queue_end(call, job, PIVOT_QUEUE_LEFT); return;
        default: break;
    }
    toy_tell(call, &event);
}

static void tell_leg_ended(toy_call* call, pivot_leg leg, const char* cause, int32_t sip_code)
{
    count_event(call, PIVOT_EVENT_LEG_ENDED);
    pivot_tell_leg_ended(call->owner->engine, call->ticket, leg, cause, sip_code);
}

static pivot_job bridge_of(toy_call* call, pivot_leg leg)
{
    pivot_job job = 0;
    toy_lock(call);
    for (const toy_deed* deed = call->running; deed != NULL; deed = deed->next_running) {
        if (deed->command == TOY_BRIDGE && deed->leg == leg) job = deed->job;
    }
    toy_unlock(call);
    return job;
}

static void end_call(toy_call* call, const char* cause, int32_t sip_code)
{
    count_event(call, PIVOT_EVENT_HUNG_UP);
    pivot_tell_hung_up(call->owner->engine, call->ticket, cause, sip_code);
}

static void tell_end_of_leg(toy_call* call, pivot_leg leg)
{
    if (leg == 0) {
        end_call(call, "NORMAL_CLEARING", 200);
        return;
    }
    tell_leg_ended(call, leg, "NORMAL_CLEARING", 200);
    const pivot_job bridged = bridge_of(call, leg);
    if (bridged != 0) toy_end_job(call, bridged, PIVOT_JOB_FINISHED);
}

static void hear(toy_call* call, pivot_job job)
{
    pivot_event event = toy_event(PIVOT_EVENT_SPEECH_BEGAN, job);
    toy_tell(call, &event);
    event = toy_event(PIVOT_EVENT_HEARD, job);
    event.how = PIVOT_HEARD_PARTIAL;
    event.text = pivot_text_of("two");
    toy_tell(call, &event);
    event.how = PIVOT_HEARD_WORDS;
    event.text = pivot_text_of("two tickets");
    event.confidence = pivot_text_of("0.91");
    toy_tell(call, &event);
}

static void reach_first(toy_call* call, const toy_deed* deed)
{
    pivot_event event = pivot_event_of(PIVOT_EVENT_LEG_RINGING);
    for (size_t i = 0; i < deed->leg_count; ++i) {
        event.leg = deed->legs[i];
        toy_tell(call, &event);
    }
    const pivot_leg first = deed->legs[0];
    const pivot_job job = deed->job;
    const size_t count = deed->leg_count;
    pivot_leg given_up[10];
    memcpy(given_up, deed->legs, sizeof given_up);
    toy_lock(call);
    toy_release(call, job);
    toy_unlock(call);
    count_event(call, PIVOT_EVENT_LEG_ANSWERED);
    pivot_tell_leg_answered(call->owner->engine, call->ticket, job, first, "b-leg");
    for (size_t i = 1; i < count; ++i) tell_leg_ended(call, given_up[i], "LOSE_RACE", 487);
}

static void meet(toy_call* call, pivot_job job)
{
    for (int how = PIVOT_CONFERENCE_START; how <= PIVOT_CONFERENCE_SPEECH_STOP; ++how) {
        pivot_event event = toy_event(PIVOT_EVENT_CONFERENCE, job);
        event.how = how;
        event.text = pivot_text_of(call->id);
        toy_tell(call, &event);
    }
    toy_end_job(call, job, PIVOT_JOB_FINISHED);
}

static void wait_in_queue(toy_call* call, pivot_job job)
{
    pivot_event event = toy_event(PIVOT_EVENT_QUEUE_STANDING, job);
    event.position = 2;
    event.of = 3;
    event.waited_ms = 1000;
    toy_tell(call, &event);
    event = toy_event(PIVOT_EVENT_QUEUE_BRIDGED, job);
    toy_tell(call, &event);
    tell_queue_end(call, job, PIVOT_QUEUE_BRIDGED);
}

static void tell_begun(toy_call* call, pivot_event_kind kind, pivot_job job, const char* id)
{
    pivot_event event = toy_event(kind, job);
    event.id = pivot_text_of(id);
    toy_tell(call, &event);
}

static void tell_of_refer(toy_call* call, pivot_job job)
{
    pivot_event event = toy_event(PIVOT_EVENT_REFERRED, job);
    event.sip_code = 202;
    event.how = 200;
    toy_tell(call, &event);
}

static void move(toy_call* call, pivot_job job)
{
    const pivot_event event = toy_event(PIVOT_EVENT_MOVED, job);
    toy_tell(call, &event);
}

static void answer_caller(toy_call* call)
{
    pivot_event missed = toy_event(PIVOT_EVENT_EVENTS_MISSED, 0);
    missed.why = pivot_text_of("the connection was lost");
    toy_tell(call, &missed);
    count_event(call, PIVOT_EVENT_ANSWERED);
    pivot_tell_answered(call->owner->engine, call->ticket);
}

void toy_perform(const toy_deed* deed)
{
    toy_call* call = deed->call;
    const pivot_job job = deed->job;
    switch (deed->command) {
        case TOY_ANSWER: answer_caller(call); break;
        case TOY_REJECT: end_call(call, "CALL_REJECTED", (int32_t)deed->number); break;
        case TOY_HANG_UP: tell_end_of_leg(call, deed->leg); break;
        case TOY_STOP: toy_end_job(call, (pivot_job)deed->number, PIVOT_JOB_STOPPED); break;
        case TOY_RECORD:
            tell_begun(call, PIVOT_EVENT_RECORDING_BEGAN, job, "recording-1");
            toy_end_job(call, job, PIVOT_JOB_FINISHED);
            break;
        case TOY_LISTEN: hear(call, job); break;
        case TOY_DIAL: reach_first(call, deed); break;
        case TOY_BRIDGE: tell_end_of_leg(call, deed->leg); break;
        case TOY_JOIN: meet(call, job); break;
        case TOY_ENQUEUE:
        case TOY_DEQUEUE: wait_in_queue(call, job); break;
        case TOY_STREAM:
            tell_begun(call, PIVOT_EVENT_STREAM_BEGAN, job, "stream-1");
            toy_end_job(call, job, PIVOT_JOB_FINISHED);
            break;
        case TOY_REFER: tell_of_refer(call, job); break;
        case TOY_TRANSFER:
        case TOY_PARK:
        case TOY_RUN_FLOW: move(call, job); break;
        case TOY_PLAY:
        case TOY_SAY:
        case TOY_SEND_KEYS:
        case TOY_RUN_MODULE: toy_end_job(call, job, PIVOT_JOB_FINISHED); break;
        default: break; /* of a mix the stop */
    }
}
