#include "switches/app_pivot/obeying.h"

#include "switches/app_pivot/away.h"
#include "switches/app_pivot/causes.h"
#include "switches/app_pivot/dialling.h"
#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/legs.h"
#include "switches/app_pivot/mixing.h"
#include "switches/app_pivot/news.h"
#include "switches/app_pivot/parking.h"
#include "switches/app_pivot/playing.h"
#include "switches/app_pivot/recording.h"
#include "switches/app_pivot/referring.h"
#include "switches/app_pivot/refusals.h"
#include "switches/app_pivot/sending_keys.h"
#include "switches/app_pivot/speaking.h"
#include "switches/app_pivot/talking.h"
#include "switches/app_pivot/transferring.h"

#include <asterisk/causes.h>
#include <asterisk/channel.h>
#include <asterisk/pbx.h>
#include <asterisk/utils.h>

static void answer(struct live_call* call, struct leg* caller)
{
    if (!leg_is_up(caller) && ast_raw_answer(caller->channel) != 0) return;
    tell(call, (pivot_event){.kind = PIVOT_EVENT_ANSWERED});
}

/* The call ends as if the caller had hung up: the loop sees it. */
static void end_call(struct leg* caller, int cause)
{
    ast_channel_lock(caller->channel);
    ast_channel_hangupcause_set(caller->channel, cause);
    ast_softhangup_nolock(caller->channel, AST_SOFTHANGUP_EXPLICIT);
    ast_channel_unlock(caller->channel);
}

static void refuse(struct live_call* call, struct leg* caller, int32_t sip_code)
{
    if (leg_is_up(caller)) {
        end_call(caller, AST_CAUSE_NORMAL_CLEARING);
        return;
    }
    call->refused_with = sip_code;
    end_call(caller, cause_refusing_with(sip_code));
}

static void hang_up(struct live_call* call, struct leg* leg, int cause)
{
    if (leg->number == CALLER) {
        end_call(leg, cause);
        return;
    }
    ast_channel_hangupcause_set(leg->channel, cause);
    leg_end(call, leg);
}

/* What the leg says is not heard, neither by others nor by a recording. */
static void mute(struct leg* leg, int is_muted)
{
    if (is_muted) {
        ast_channel_suppress(leg->channel, AST_MUTE_DIRECTION_READ, AST_FRAME_VOICE);
    } else {
        ast_channel_unsuppress(leg->channel, AST_MUTE_DIRECTION_READ, AST_FRAME_VOICE);
    }
}

/* The dialplan never obeys a name with this prefix; `__`: legs that are dialled inherit it. */
static void set_variable(struct leg* leg, const struct news* news)
{
    char* name = NULL;
    if (ast_asprintf(&name, "%sPIVOT_VAR_%s", news->number ? "__" : "", news->name) < 0) return;
    pbx_builtin_setvar_helper(leg->channel, name, news->value);
    ast_free(name);
}

static void pass_on(struct live_call* call, const struct news* news)
{
    struct job* job = job_find(call, news->job);
    if (job != NULL && job->kind->read != NULL) job->kind->read(call, job, news);
}

static void stop(struct live_call* call, pivot_job number)
{
    struct job* job = job_find(call, number);
    if (job != NULL && job->kind->stop != NULL) job->kind->stop(call, job);
}

/* Commands without a job, for a leg that is there. */
static void obey_plainly(struct live_call* call, struct leg* leg, const struct news* news)
{
    switch (news->kind) {
        case NEWS_ANSWER: answer(call, leg); break;
        case NEWS_REJECT: refuse(call, leg, news->number); break;
        case NEWS_HANG_UP: hang_up(call, leg, cause_of_name(pivot_text_of(news->name))); break;
        case NEWS_MUTE: mute(leg, news->number); break;
        case NEWS_SET_VARIABLE: set_variable(leg, news); break;
        default: break;
    }
}

static void begin_job(struct live_call* call, struct leg* leg, const struct news* news)
{
    switch (news->kind) {
        case NEWS_PLAY: play_media(call, news->job, leg, news->shown); break;
        case NEWS_SAY: say_speech(call, news->job, leg, news->shown); break;
        case NEWS_SEND_KEYS: send_key_sequence(call, news->job, leg, news->shown); break;
        case NEWS_RECORD: record_leg(call, news->job, leg, news->shown); break;
        case NEWS_DIAL: dial_targets(call, news->job, news->shown); break;
        case NEWS_BRIDGE: bridge_with(call, news->job, leg); break;
        case NEWS_REFER: refer_caller(call, news->job, leg, news->name); break;
        case NEWS_TRANSFER: transfer_caller(call, news->job, leg, news->shown); break;
        case NEWS_PARK: park_caller(call, news->job, leg, news->name); break;
        case NEWS_MIX: mix_caller(call, news->job, news->name, news->number); break;
        default: break;
    }
}

static void obey(struct live_call* call, const struct news* news)
{
    struct leg* leg = leg_find(call, news->leg);
    switch (news->kind) {
        case NEWS_ANSWER:
        case NEWS_REJECT:
        case NEWS_HANG_UP:
        case NEWS_MUTE:
        case NEWS_SET_VARIABLE:
            if (leg != NULL) obey_plainly(call, leg, news);
            break;
        case NEWS_PLAY:
        case NEWS_SAY:
        case NEWS_SEND_KEYS:
        case NEWS_RECORD:
        case NEWS_DIAL:
        case NEWS_BRIDGE:
        case NEWS_REFER:
        case NEWS_TRANSFER:
        case NEWS_PARK:
        case NEWS_MIX:
            if (leg != NULL) {
                begin_job(call, leg, news);
                return;
            }
            tell(call,
                 (pivot_event){
                     .kind = PIVOT_EVENT_JOB_ENDED, .job = news->job, .how = PIVOT_JOB_STOPPED});
            break;
        case NEWS_STOP: stop(call, news->job); break;
        case NEWS_GIVEN_BACK: call->progress = GIVEN_BACK; break;
        case NEWS_ENDED: call->progress = ENDED; break;
        case NEWS_LEFT_BRIDGE:
            if (leg != NULL && away_is_over(leg, news)) jobs_leave(call, leg);
            break;
        case NEWS_RENDERED:
        case NEWS_PLAYED_ASIDE: pass_on(call, news); break;
    }
}

void obey_news(struct live_call* call)
{
    for (struct news* news; (news = take_news(call)) != NULL; free_news(news)) {
        if (call->progress == PERFORMING) obey(call, news);
    }
}
