#include "switches/app_pivot/speaking.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/news.h"
#include "switches/app_pivot/playing.h"
#include "switches/app_pivot/rendering.h"
#include "switches/app_pivot/settings.h"

#include <asterisk/strings.h>
#include <asterisk/utils.h>
#include <unistd.h>

static char* copy_of(pivot_text text)
{
    return ast_strndup(text.size == 0 ? "" : text.data, text.size);
}

static void play_path(struct live_call* call, pivot_job number, struct leg* leg, pivot_text path)
{
    const pivot_media media = {
        .size = sizeof media, .kind = PIVOT_MEDIA_FILE, .what = path, .loops = 1};
    play_media(call, number, leg, &media);
}

static void stop_rendering(struct live_call* call, struct job* job)
{
    job_end(call, job, PIVOT_JOB_STOPPED, NULL);
}

/* The job's state is the file that is made. Playing it takes the number over. */
static void read_rendered(struct live_call* call, struct job* job, const struct news* news)
{
    if (news->number != 0) {
        job_end(call, job, PIVOT_JOB_FAILED,
                "the speech_command of pivot.conf failed: see what it says on its own");
        return;
    }
    job->is_over = 1;
    play_path(call, job->number, job->leg, pivot_text_of(job->state));
}

static void discard_speaking(struct live_call* call, struct job* job)
{
    (void)call;
    ast_free(job->state);
}

static const struct job_kind rendering_speech = {
    .name = "speaks", .stop = stop_rendering, .read = read_rendered, .discard = discard_speaking};

/* The same content has the same file: a hash of all that the speech depends on. */
static char* file_of(const struct settings* settings, const struct rendering* rendering)
{
    char* all = NULL;
    char* file = NULL;
    char hash[41];
    if (ast_asprintf(&all, "%s\n%s\n%s\n%s", settings->speech_command, rendering->voice,
                     rendering->language, rendering->text) < 0) {
        return NULL;
    }
    ast_sha1_hash(hash, all);
    ast_free(all);
    if (ast_asprintf(&file, "%s/%s.wav", settings->speech_cache, hash) < 0) return NULL;
    return file;
}

static void begin_rendering(struct live_call* call, pivot_job number, struct leg* leg,
                            struct rendering rendering)
{
    char* file = ast_strdup(rendering.file);
    if (file == NULL || render(call, number, rendering) != 0) {
        ast_free(file);
        rendering_free(&rendering);
        job_fail(call, number, "Asterisk cannot start a thread for the speech_command");
        return;
    }
    if (job_begin(call, &rendering_speech, number, leg, file) == NULL) ast_free(file);
}

void say_speech(struct live_call* call, pivot_job number, struct leg* leg,
                const pivot_speech* speech)
{
    const struct settings* settings = call->settings;
    if (speech->file.size > 0) {
        play_path(call, number, leg, speech->file);
        return;
    }
    if (ast_strlen_zero(settings->speech_command)) {
        job_fail(call, number, "pivot.conf has no speech_command, so nothing can be said");
        return;
    }
    struct rendering rendering = {.command = ast_strdup(settings->speech_command),
                                  .text = copy_of(speech->text),
                                  .voice = copy_of(speech->voice),
                                  .language = copy_of(speech->language)};
    rendering.file = file_of(settings, &rendering);
    if (rendering.file != NULL && access(rendering.file, R_OK) != 0) {
        begin_rendering(call, number, leg, rendering);
        return;
    }
    play_path(call, number, leg, pivot_text_of(rendering.file));
    rendering_free(&rendering);
}
