#include "switches/app_pivot/sound.h"

#include "switches/app_pivot/asterisk_module.h"
#include "switches/app_pivot/jobs.h"

#include <asterisk/channel.h>
#include <asterisk/file.h>
#include <asterisk/indications.h>
#include <asterisk/musiconhold.h>
#include <asterisk/sched.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>

static char* copy_of(pivot_text text)
{
    return ast_strndup(text.size == 0 ? "" : text.data, text.size);
}

static int exists(const char* name, const char* language)
{
    return ast_fileexists(name, NULL, language) > 0;
}

/* Asterisk wants names without an extension and chooses the format that costs least. */
static int find_as_it_is(char* name, const char* language)
{
    if (exists(name, language)) return 1;
    char* dot = strrchr(name, '.');
    if (dot == NULL || strchr(dot, '/') != NULL) return 0;
    *dot = '\0';
    if (exists(name, language)) return 1;
    *dot = '.';
    return 0;
}

/* A name of a sound is first looked for in the operator's own folder. */
static int find_file(struct sound* sound, const struct settings* settings)
{
    if (sound->kind == PIVOT_MEDIA_NAME && !ast_strlen_zero(settings->sounds)) {
        char* own = NULL;
        if (ast_asprintf(&own, "%s/%s", settings->sounds, sound->what) < 0) return 0;
        if (find_as_it_is(own, sound->language)) {
            ast_free(sound->what);
            sound->what = own;
            return 1;
        }
        ast_free(own);
    }
    return find_as_it_is(sound->what, sound->language);
}

static const char* begin_file(struct sound* sound, struct ast_channel* channel)
{
    sound->began_ms = now_ms();
    if (ast_streamfile(channel, sound->what, sound->language) == 0) return NULL;
    return "Asterisk cannot play this file: its format module is not loaded, or the file is broken";
}

/* From `ON_MS,OFF_MS,HZ[+HZ]` to Asterisk's `HZ[+HZ]/ON_MS,0/OFF_MS`. */
static const char* begin_tones(struct sound* sound, struct ast_channel* channel)
{
    int on_ms = 0;
    int off_ms = 0;
    char pitch[32];
    if (sscanf(sound->what, "%9d,%9d,%31[0-9+]", &on_ms, &off_ms, pitch) != 3 || on_ms <= 0 ||
        off_ms < 0) {
        return "the tone is not ON_MS,OFF_MS,HZ";
    }
    char tones[96];
    if (off_ms == 0) {
        snprintf(tones, sizeof tones, "%s/%d", pitch, on_ms);
    } else {
        snprintf(tones, sizeof tones, "%s/%d,0/%d", pitch, on_ms, off_ms);
    }
    if (ast_playtones_start(channel, 0, tones, 0) != 0) return "Asterisk cannot play these tones";
    if (sound->loops_left > 0) {
        sound->ends_at_ms = now_ms() + (int64_t)sound->loops_left * (on_ms + off_ms);
    }
    return NULL;
}

static const char* begin_music(struct sound* sound, struct ast_channel* channel)
{
    if (ast_moh_start(channel, sound->what, NULL) == 0) return NULL;
    return "Asterisk has no such class of music on hold: see musiconhold.conf";
}

static const char* begin(struct sound* sound, struct ast_channel* channel,
                         const struct settings* settings)
{
    if (sound->what == NULL || sound->language == NULL) return "Asterisk has no memory";
    switch (sound->kind) {
        case PIVOT_MEDIA_URL:
            return "Asterisk plays no URLs: let the engine fetch them (session.fetches_media)";
        case PIVOT_MEDIA_TONE: return begin_tones(sound, channel);
        case PIVOT_MEDIA_HOLD_MUSIC: return begin_music(sound, channel);
        case PIVOT_MEDIA_FILE:
        case PIVOT_MEDIA_NAME:
        case PIVOT_MEDIA_PROMPT: break;
    }
    if (!find_file(sound, settings)) return "Asterisk has no sound of this name";
    return begin_file(sound, channel);
}

const char* sound_begin(struct sound* sound, struct ast_channel* channel, const pivot_media* media,
                        const struct settings* settings)
{
    *sound = (struct sound){.kind = media->kind,
                            .what = copy_of(media->what),
                            .language = copy_of(media->language),
                            .loops_left = media->loops};
    if (ast_channel_state(channel) != AST_STATE_UP) ast_indicate(channel, AST_CONTROL_PROGRESS);
    return begin(sound, channel, settings);
}

const char* sound_begin_file(struct sound* sound, struct ast_channel* channel, const char* path)
{
    const pivot_media media = {
        .size = sizeof media, .kind = PIVOT_MEDIA_FILE, .what = pivot_text_of(path), .loops = 1};
    return sound_begin(sound, channel, &media, NULL);
}

int sound_wait(const struct sound* sound, struct ast_channel* channel)
{
    if (sound->kind == PIVOT_MEDIA_HOLD_MUSIC) return -1;
    if (sound->kind == PIVOT_MEDIA_TONE) {
        return sound->ends_at_ms == 0 ? -1 : until_ms(sound->ends_at_ms);
    }
    const int scheduled_ms = ast_sched_wait(ast_channel_sched(channel));
    if (scheduled_ms >= 0) return scheduled_ms;
    /* Driven by the channel's timer, or at its end. */
    return ast_channel_timingfunc(channel) == NULL ? 0 : -1;
}

static int file_plays(struct ast_channel* channel)
{
    ast_sched_runq(ast_channel_sched(channel));
    if (ast_channel_stream(channel) == NULL) return 0;
    return ast_sched_wait(ast_channel_sched(channel)) >= 0 ||
           ast_channel_timingfunc(channel) != NULL;
}

int sound_turn(struct sound* sound, struct ast_channel* channel)
{
    if (sound->kind == PIVOT_MEDIA_HOLD_MUSIC) return 1;
    if (sound->kind == PIVOT_MEDIA_TONE) {
        return sound->ends_at_ms == 0 || now_ms() < sound->ends_at_ms;
    }
    if (file_plays(channel)) return 1;
    ast_stopstream(channel);
    /* An empty file would be begun again and again without a pause. */
    const int is_empty = now_ms() == sound->began_ms;
    if (sound->loops_left == 1 || is_empty) return 0;
    if (sound->loops_left > 0) --sound->loops_left;
    return begin_file(sound, channel) == NULL;
}

void sound_stop(struct sound* sound, struct ast_channel* channel)
{
    switch (sound->kind) {
        case PIVOT_MEDIA_HOLD_MUSIC: ast_moh_stop(channel); break;
        case PIVOT_MEDIA_TONE: ast_playtones_stop(channel); break;
        case PIVOT_MEDIA_URL:
        case PIVOT_MEDIA_FILE:
        case PIVOT_MEDIA_NAME:
        case PIVOT_MEDIA_PROMPT: ast_stopstream(channel); break;
    }
}

void sound_free(struct sound* sound)
{
    ast_free(sound->what);
    ast_free(sound->language);
    *sound = (struct sound){.kind = PIVOT_MEDIA_URL};
}
