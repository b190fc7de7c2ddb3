#include "switches/app_pivot/ringback.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/sound.h"

#include <asterisk/channel.h>
#include <asterisk/utils.h>

static int wait_ringback(struct live_call* call, struct job* job)
{
    (void)call;
    return sound_wait(job->state, job->leg->channel);
}

static void discard_ringback(struct live_call* call, struct job* job)
{
    (void)call;
    sound_free(job->state);
    ast_free(job->state);
}

static void turn_ringback(struct live_call* call, struct job* job)
{
    (void)call;
    if (sound_turn(job->state, job->leg->channel)) return;
    sound_stop(job->state, job->leg->channel);
    job->is_over = 1;
}

static const struct job_kind ringing_back = {
    .name = "rings", .wait = wait_ringback, .turn = turn_ringback, .discard = discard_ringback};

void begin_ringback(struct live_call* call, const pivot_media* media)
{
    struct leg* caller = leg_find(call, CALLER);
    struct sound* sound = ast_calloc(1, sizeof *sound);
    if (caller == NULL || sound == NULL) {
        ast_free(sound);
        return;
    }
    const char* why = sound_begin(sound, caller->channel, media, call->settings);
    if (why != NULL) ast_log(LOG_WARNING, "%s: the ringback: %s\n", call->name, why);
    if (why == NULL && job_begin(call, &ringing_back, 0, caller, sound) != NULL) return;
    sound_free(sound);
    ast_free(sound);
}

void stop_ringback(struct live_call* call)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (job->kind != &ringing_back || job->is_over) continue;
        if (job->leg != NULL) sound_stop(job->state, job->leg->channel);
        job->is_over = 1;
    }
}
