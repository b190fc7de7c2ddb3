#include "switches/app_pivot/playing_aside.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/news.h"
#include "switches/app_pivot/sound.h"

#include <asterisk/bridge.h>
#include <asterisk/bridge_channel.h>
#include <asterisk/channel.h>
#include <asterisk/utils.h>

/* The channel's thread frees it only after the leg has come back, or has told that it is over. */
struct aside {
    struct live_call* call;
    pivot_job number;
    pivot_media media;
    char* what;
    char* language;
    _Atomic int is_stopped;
};

static void run_sound(struct ast_bridge_channel* bridge_channel, struct aside* aside,
                      struct sound* sound)
{
    enum { LOOKS_AFTER_MS = 50 };
    struct ast_channel* channel = bridge_channel->chan;
    while (!aside->is_stopped && bridge_channel->state == BRIDGE_CHANNEL_STATE_WAIT &&
           sound_turn(sound, channel)) {
        const int ready = ast_waitfor(channel, earlier(sound_wait(sound, channel), LOOKS_AFTER_MS));
        if (ready < 0) break;
        if (ready == 0) continue;
        struct ast_frame* frame = ast_read(channel);
        if (frame == NULL) break;
        ast_frfree(frame);
    }
    sound_stop(sound, channel);
}

static void play_in_bridge(struct ast_bridge_channel* bridge_channel, const void* payload,
                           size_t size)
{
    (void)size;
    struct aside* aside = *(struct aside* const*)payload;
    struct sound sound;
    const char* why =
        sound_begin(&sound, bridge_channel->chan, &aside->media, aside->call->settings);
    if (why == NULL) run_sound(bridge_channel, aside, &sound);
    sound_free(&sound);
    post(aside->call,
         (struct news){
             .kind = NEWS_PLAYED_ASIDE, .job = aside->number, .number = why == NULL ? 0 : 1},
         pivot_text_of(why), pivot_text_of(NULL));
}

static void stop_aside(struct live_call* call, struct job* job)
{
    (void)call;
    struct aside* aside = job->state;
    aside->is_stopped = 1;
}

static void read_aside(struct live_call* call, struct job* job, const struct news* news)
{
    const struct aside* aside = job->state;
    if (news->number != 0) {
        job_end(call, job, PIVOT_JOB_FAILED, news->name);
    } else {
        job_end(call, job, aside->is_stopped ? PIVOT_JOB_STOPPED : PIVOT_JOB_FINISHED, NULL);
    }
}

static void free_aside(struct aside* aside)
{
    if (aside == NULL) return;
    ast_free(aside->what);
    ast_free(aside->language);
    ast_free(aside);
}

static void discard_aside(struct live_call* call, struct job* job)
{
    (void)call;
    free_aside(job->state);
}

static const struct job_kind playing_aside = {
    .name = "plays", .stop = stop_aside, .read = read_aside, .discard = discard_aside};

static struct aside* new_aside(struct live_call* call, pivot_job number, const pivot_media* media)
{
    struct aside* aside = ast_calloc(1, sizeof *aside);
    if (aside == NULL) return NULL;
    aside->call = call;
    aside->number = number;
    aside->what = ast_strndup(media->what.size == 0 ? "" : media->what.data, media->what.size);
    aside->language =
        ast_strndup(media->language.size == 0 ? "" : media->language.data, media->language.size);
    aside->media = (pivot_media){.size = sizeof aside->media,
                                 .kind = media->kind,
                                 .what = pivot_text_of(aside->what),
                                 .language = pivot_text_of(aside->language),
                                 .loops = media->loops};
    return aside;
}

void play_aside(struct live_call* call, pivot_job number, struct leg* leg, const pivot_media* media)
{
    struct aside* aside = new_aside(call, number, media);
    if (aside == NULL) {
        job_fail(call, number, "Asterisk has no memory");
        return;
    }
    if (job_begin(call, &playing_aside, number, leg, aside) == NULL) {
        free_aside(aside);
        return;
    }

    ast_channel_lock(leg->channel);
    struct ast_bridge_channel* bridge_channel = ast_channel_get_bridge_channel(leg->channel);
    ast_channel_unlock(leg->channel);
    const int is_queued =
        bridge_channel != NULL &&
        ast_bridge_channel_queue_callback(bridge_channel, AST_BRIDGE_CHANNEL_CB_OPTION_MEDIA,
                                          play_in_bridge, &aside, sizeof aside) == 0;
    ao2_cleanup(bridge_channel);
    if (!is_queued) {
        job_end(call, job_find(call, number), PIVOT_JOB_FAILED, "the bridge is being left");
    }
}

void stop_asides(struct live_call* call, struct leg* leg)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (job->kind == &playing_aside && job->leg == leg && !job->is_over) {
            job_end(call, job, PIVOT_JOB_STOPPED, NULL);
        }
    }
}
