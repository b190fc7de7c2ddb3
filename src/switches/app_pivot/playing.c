#include "switches/app_pivot/playing.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/playing_aside.h"
#include "switches/app_pivot/sound.h"

#include <asterisk/channel.h>
#include <asterisk/utils.h>

static void stop_playing(struct live_call* call, struct job* job)
{
    sound_stop(job->state, job->leg->channel);
    job_end(call, job, PIVOT_JOB_STOPPED, NULL);
}

static int wait_playing(struct live_call* call, struct job* job)
{
    (void)call;
    return sound_wait(job->state, job->leg->channel);
}

static void turn_playing(struct live_call* call, struct job* job)
{
    if (sound_turn(job->state, job->leg->channel)) return;
    sound_stop(job->state, job->leg->channel);
    job_end(call, job, PIVOT_JOB_FINISHED, NULL);
}

static void discard_sound(struct live_call* call, struct job* job)
{
    (void)call;
    sound_free(job->state);
    ast_free(job->state);
}

static const struct job_kind playing = {.name = "plays",
                                        .stop = stop_playing,
                                        .wait = wait_playing,
                                        .turn = turn_playing,
                                        .discard = discard_sound};

static void play_here(struct live_call* call, pivot_job number, struct leg* leg,
                      const pivot_media* media)
{
    struct sound* sound = ast_calloc(1, sizeof *sound);
    const char* why = sound == NULL ? "Asterisk has no memory"
                                    : sound_begin(sound, leg->channel, media, call->settings);
    if (why == NULL && job_begin(call, &playing, number, leg, sound) != NULL) return;
    if (why != NULL) job_fail(call, number, why);
    if (sound == NULL) return;
    sound_free(sound);
    ast_free(sound);
}

void play_media(struct live_call* call, pivot_job number, struct leg* leg, const pivot_media* media)
{
    if (leg->is_away) {
        play_aside(call, number, leg, media);
        return;
    }
    play_here(call, number, leg, media);
}
