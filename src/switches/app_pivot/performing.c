#include "switches/app_pivot/performing.h"

#include "switches/app_pivot/causes.h"
#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/legs.h"
#include "switches/app_pivot/obeying.h"

#include <asterisk/causes.h>
#include <asterisk/channel.h>
#include <asterisk/frame.h>
#include <asterisk/pbx.h>
#include <asterisk/utils.h>
#include <sys/eventfd.h>

/* The last that is told. What runs has ended before. */
static void hang_up(struct live_call* call, struct leg* caller)
{
    const int cause = ast_channel_hangupcause(caller->channel);
    const int has_moved =
        ast_channel_softhangup_internal_flag(caller->channel) & AST_SOFTHANGUP_ASYNCGOTO;
    jobs_lose_leg(call, caller);
    while (caller->next != NULL) leg_end(call, caller->next);
    if (has_moved) {
        call->progress = MOVED;
        tell(call, (pivot_event){.kind = PIVOT_EVENT_MOVED});
        return;
    }
    call->progress = HUNG_UP;
    if (call->refused_with != 0) {
        tell(call, (pivot_event){.kind = PIVOT_EVENT_HUNG_UP,
                                 .text = cause_name_of_sip(call->refused_with),
                                 .sip_code = call->refused_with});
        return;
    }
    tell(call, (pivot_event){.kind = PIVOT_EVENT_HUNG_UP,
                             .text = cause_name(cause == 0 ? AST_CAUSE_NORMAL_CLEARING : cause),
                             .sip_code = leg_is_up(caller) ? 200 : cause_sip_code(cause)});
}

static void hear_key(struct live_call* call, const struct leg* leg, const struct ast_frame* frame)
{
    tell(call,
         (pivot_event){
             .kind = PIVOT_EVENT_KEY, .leg = leg->number, .key = (char)frame->subclass.integer});
}

/* A leg may be gone afterwards. */
static void read_frame(struct live_call* call, struct leg* leg)
{
    struct ast_frame* frame = ast_read(leg->channel);
    if (frame == NULL) {
        if (leg->number != CALLER) {
            leg_end(call, leg);
        } else if (!ast_check_hangup(leg->channel)) {
            /* A zombie has no frames, but never hangs up by itself. */
            ast_softhangup(leg->channel, AST_SOFTHANGUP_DEV);
        }
        return;
    }
    if (frame->frametype == AST_FRAME_DTMF_END) hear_key(call, leg, frame);
    jobs_hear(call, leg, frame);
    ast_frfree(frame);
}

/* The leg that has a frame, or null. */
static struct leg* wait_for_frame(struct live_call* call)
{
    int count = 0;
    for (const struct leg* leg = call->legs; leg != NULL; leg = leg->next) count += !leg->is_away;
    struct ast_channel* channels[count + 1];
    count = 0;
    for (const struct leg* leg = call->legs; leg != NULL; leg = leg->next) {
        if (!leg->is_away) channels[count++] = leg->channel;
    }

    int wait_ms = jobs_wait(call);
    int readable = -1;
    const struct ast_channel* ready =
        ast_waitfor_nandfds(channels, count, &call->wake, 1, NULL, &readable, &wait_ms);
    if (readable == call->wake) {
        eventfd_t number;
        eventfd_read(call->wake, &number);
    }
    struct leg* leg = call->legs;
    while (leg != NULL && leg->channel != ready) leg = leg->next;
    return leg;
}

static int has_hung_up(const struct leg* caller)
{
    return !caller->is_away && ast_check_hangup(caller->channel);
}

/* Whatever the end was: nothing may run on a channel that goes on in the dialplan. */
static void clean_up(struct live_call* call, struct leg* caller)
{
    jobs_stop(call);
    while (caller->next != NULL) leg_end(call, caller->next);
    leg_drop(call, caller);
    jobs_discard(call);
}

void perform_call(struct live_call* call, struct ast_channel* channel)
{
    struct leg* caller = leg_add(call, CALLER, channel);
    if (caller == NULL) {
        pivot_cancel(call->engine, call->ticket);
        return;
    }
    /* Nobody here needs to know when a key goes down. */
    ast_channel_set_flag(channel, AST_FLAG_END_DTMF_ONLY);
    while (call->progress == PERFORMING) {
        struct leg* ready = wait_for_frame(call);
        if (ready != NULL) read_frame(call, ready);
        obey_news(call);
        jobs_turn(call);
        if (call->progress == PERFORMING && has_hung_up(caller)) hang_up(call, caller);
        jobs_sweep(call);
    }
    clean_up(call, caller);
    ast_channel_clear_flag(channel, AST_FLAG_END_DTMF_ONLY);
}
