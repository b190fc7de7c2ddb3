#include "switches/app_pivot/recording.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/recording_beside.h"
#include "switches/app_pivot/recording_file.h"

#include <asterisk/channel.h>
#include <asterisk/dsp.h>
#include <asterisk/file.h>
#include <asterisk/format_cache.h>
#include <asterisk/frame.h>
#include <asterisk/utils.h>
#include <fcntl.h>

struct recording {
    struct recording_file file;
    const pivot_recording* asked; /* the engine's */
    struct ast_filestream* stream;
    struct ast_dsp* dsp;
    struct ast_format* read_format; /* of the channel, before */
    int64_t began_ms;
    int64_t quiet_since_ms; /* the last sound, or the beginning */
    int has_frames;
    int has_sound;
};

static void cut_silence(struct recording* recording, int64_t silence_ms)
{
    ast_stream_rewind(recording->stream, silence_ms);
    ast_truncstream(recording->stream);
}

static void close_stream(struct recording* recording, struct leg* leg)
{
    if (recording->stream != NULL) ast_closestream(recording->stream);
    recording->stream = NULL;
    if (leg != NULL && recording->read_format != NULL) {
        ast_set_read_format(leg->channel, recording->read_format);
    }
}

/* A recording in which nobody spoke is nowhere. */
static void end_recording(struct live_call* call, struct job* job, pivot_recording_end how,
                          char key)
{
    struct recording* recording = job->state;
    const int64_t ended_ms = now_ms();
    const int64_t silence_ms = ended_ms - recording->quiet_since_ms;
    int64_t duration_ms = ended_ms - recording->began_ms;
    if (recording->asked->trims_silence && recording->has_sound) {
        cut_silence(recording, silence_ms);
        duration_ms -= silence_ms;
    }
    close_stream(recording, job->leg);
    const int is_empty =
        !recording->has_frames || (how == PIVOT_RECORDING_SILENCE && !recording->has_sound);
    if (is_empty) recording_file_remove(&recording->file);
    job->is_over = 1;
    tell(call, (pivot_event){.kind = PIVOT_EVENT_RECORDED,
                             .job = job->number,
                             .how = how,
                             .key = key,
                             .text = pivot_text_of(is_empty ? NULL : recording->file.path),
                             .id = pivot_text_of(recording->file.id),
                             .duration_ms = duration_ms});
}

static void stop_recording(struct live_call* call, struct job* job)
{
    end_recording(call, job, PIVOT_RECORDING_STOPPED, 0);
}

static void hear_voice(struct recording* recording, struct ast_frame* frame)
{
    int silence_ms = 0;
    recording->has_frames = 1;
    ast_writestream(recording->stream, frame);
    if (recording->dsp == NULL || ast_dsp_silence(recording->dsp, frame, &silence_ms)) return;
    recording->has_sound = 1;
    recording->quiet_since_ms = now_ms();
}

static int has_key(pivot_text keys, int key)
{
    return keys.size > 0 && memchr(keys.data, key, keys.size) != NULL;
}

static void hear_frame(struct live_call* call, struct job* job, struct leg* leg,
                       struct ast_frame* frame)
{
    struct recording* recording = job->state;
    if (leg != job->leg) return;
    if (frame->frametype == AST_FRAME_VOICE) {
        hear_voice(recording, frame);
        return;
    }
    if (frame->frametype != AST_FRAME_DTMF_END) return;
    const int key = frame->subclass.integer;
    if (!has_key(recording->asked->keys, key)) return;
    end_recording(call, job, PIVOT_RECORDING_KEY, (char)key);
}

/* The clock decides, not frames: a caller who sends none is silent, too. */
static int wait_recording(struct live_call* call, struct job* job)
{
    (void)call;
    const struct recording* recording = job->state;
    const pivot_recording* asked = recording->asked;
    int wait_ms = -1;
    if (asked->length_max_ms > 0) wait_ms = until_ms(recording->began_ms + asked->length_max_ms);
    if (asked->silence_max_ms > 0) {
        wait_ms = earlier(wait_ms, until_ms(recording->quiet_since_ms + asked->silence_max_ms));
    }
    return wait_ms;
}

static void turn_recording(struct live_call* call, struct job* job)
{
    const struct recording* recording = job->state;
    const pivot_recording* asked = recording->asked;
    const int64_t now = now_ms();
    if (asked->length_max_ms > 0 && now >= recording->began_ms + asked->length_max_ms) {
        end_recording(call, job, PIVOT_RECORDING_LIMIT, 0);
        return;
    }
    if (asked->silence_max_ms > 0 && now >= recording->quiet_since_ms + asked->silence_max_ms) {
        end_recording(call, job, PIVOT_RECORDING_SILENCE, 0);
    }
}

static void lose_recorded(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg == job->leg) end_recording(call, job, PIVOT_RECORDING_HUNG_UP, 0);
}

static void free_recording(struct recording* recording, struct leg* leg)
{
    close_stream(recording, leg);
    if (recording->dsp != NULL) ast_dsp_free(recording->dsp);
    ao2_cleanup(recording->read_format);
    recording_file_free(&recording->file);
    ast_free(recording);
}

static void discard_recording(struct live_call* call, struct job* job)
{
    (void)call;
    free_recording(job->state, job->leg);
}

static const struct job_kind recording_leg = {.name = "records",
                                              .stop = stop_recording,
                                              .hear = hear_frame,
                                              .wait = wait_recording,
                                              .turn = turn_recording,
                                              .lose = lose_recorded,
                                              .discard = discard_recording};

static void fail_recording(struct live_call* call, pivot_job number, const char* why)
{
    tell(call, (pivot_event){.kind = PIVOT_EVENT_RECORDED,
                             .job = number,
                             .how = PIVOT_RECORDING_FAILED,
                             .why = pivot_text_of(why)});
}

static int open_stream(struct recording* recording, struct leg* leg)
{
    recording->stream = ast_writefile(recording->file.stem, RECORDING_FORMAT, NULL,
                                      O_CREAT | O_TRUNC | O_WRONLY, 0, 0644);
    if (recording->stream == NULL) return -1;
    recording->read_format = ao2_bump(ast_channel_readformat(leg->channel));
    if (ast_set_read_format(leg->channel, ast_format_slin) != 0) return -1;
    recording->dsp = ast_dsp_new();
    if (recording->dsp == NULL) return -1;
    ast_dsp_set_threshold(recording->dsp, ast_dsp_get_threshold_from_settings(THRESHOLD_SILENCE));
    return 0;
}

static void record_here(struct live_call* call, pivot_job number, struct leg* leg,
                        const pivot_recording* asked)
{
    struct recording* recording = ast_calloc(1, sizeof *recording);
    if (recording == NULL) {
        fail_recording(call, number, "Asterisk has no memory");
        return;
    }
    recording->asked = asked;
    recording->began_ms = recording->quiet_since_ms = now_ms();
    if (recording_file_name(&recording->file, call, number, leg, asked) != 0 ||
        open_stream(recording, leg) != 0) {
        free_recording(recording, leg);
        fail_recording(call, number, "Asterisk cannot write the recording");
        return;
    }
    if (job_begin(call, &recording_leg, number, leg, recording) == NULL) {
        free_recording(recording, leg);
        return;
    }
    tell(call, (pivot_event){.kind = PIVOT_EVENT_RECORDING_BEGAN,
                             .job = number,
                             .id = pivot_text_of(recording->file.id)});
}

void record_leg(struct live_call* call, pivot_job number, struct leg* leg,
                const pivot_recording* recording)
{
    if (recording->runs_beside || leg->is_away) {
        record_beside(call, number, leg, recording);
        return;
    }
    record_here(call, number, leg, recording);
}
