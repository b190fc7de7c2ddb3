#include "switches/app_pivot/recording_beside.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/recording_file.h"

#include <asterisk/channel.h>
#include <asterisk/mixmonitor.h>
#include <asterisk/pbx.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>

/* MixMonitor leaves its id in a variable of the channel. */
#define ID_VARIABLE "PIVOT_MIXMONITOR"

struct monitor {
    struct recording_file file;
    char* id;
    int64_t began_ms;
    int64_t ends_ms; /* 0: never */
};

static void end_monitor(struct live_call* call, struct job* job, pivot_recording_end how)
{
    const struct monitor* monitor = job->state;
    if (job->leg != NULL) ast_stop_mixmonitor(job->leg->channel, monitor->id);
    job->is_over = 1;
    tell(call, (pivot_event){.kind = PIVOT_EVENT_RECORDED,
                             .job = job->number,
                             .how = how,
                             .text = pivot_text_of(monitor->file.path),
                             .id = pivot_text_of(monitor->file.id),
                             .duration_ms = now_ms() - monitor->began_ms});
}

static void stop_monitor(struct live_call* call, struct job* job)
{
    end_monitor(call, job, PIVOT_RECORDING_STOPPED);
}

static int wait_monitor(struct live_call* call, struct job* job)
{
    (void)call;
    const struct monitor* monitor = job->state;
    return monitor->ends_ms == 0 ? -1 : until_ms(monitor->ends_ms);
}

static void turn_monitor(struct live_call* call, struct job* job)
{
    const struct monitor* monitor = job->state;
    if (monitor->ends_ms == 0 || now_ms() < monitor->ends_ms) return;
    end_monitor(call, job, PIVOT_RECORDING_LIMIT);
}

static void lose_monitored(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg == job->leg) end_monitor(call, job, PIVOT_RECORDING_HUNG_UP);
}

static void free_monitor(struct monitor* monitor)
{
    recording_file_free(&monitor->file);
    ast_free(monitor->id);
    ast_free(monitor);
}

static void discard_monitor(struct live_call* call, struct job* job)
{
    (void)call;
    free_monitor(job->state);
}

static const struct job_kind monitoring = {.name = "records",
                                           .stop = stop_monitor,
                                           .wait = wait_monitor,
                                           .turn = turn_monitor,
                                           .lose = lose_monitored,
                                           .discard = discard_monitor};

/* `r` is what the leg says, `t` what it hears. */
static char* options_for(const struct monitor* monitor, pivot_track track)
{
    char* options = NULL;
    int size = -1;
    switch (track) {
        case PIVOT_TRACK_INBOUND:
            size = ast_asprintf(&options, "r(%s)i(" ID_VARIABLE ")", monitor->file.path);
            break;
        case PIVOT_TRACK_OUTBOUND:
            size = ast_asprintf(&options, "t(%s)i(" ID_VARIABLE ")", monitor->file.path);
            break;
        case PIVOT_TRACK_BOTH: size = ast_asprintf(&options, "i(%s)", ID_VARIABLE); break;
    }
    return size < 0 ? NULL : options;
}

static int start(struct monitor* monitor, struct leg* leg, pivot_track track)
{
    char* options = options_for(monitor, track);
    if (options == NULL) return -1;
    const char* mixed = track == PIVOT_TRACK_BOTH ? monitor->file.path : "";
    const int status = ast_start_mixmonitor(leg->channel, mixed, options);
    ast_free(options);
    if (status != 0) return -1;
    ast_channel_lock(leg->channel);
    monitor->id = ast_strdup(S_OR(pbx_builtin_getvar_helper(leg->channel, ID_VARIABLE), ""));
    ast_channel_unlock(leg->channel);
    return monitor->id == NULL ? -1 : 0;
}

void record_beside(struct live_call* call, pivot_job number, struct leg* leg,
                   const pivot_recording* recording)
{
    struct monitor* monitor = ast_calloc(1, sizeof *monitor);
    if (monitor == NULL) {
        job_fail(call, number, "Asterisk has no memory");
        return;
    }
    monitor->began_ms = now_ms();
    if (recording->length_max_ms > 0)
        monitor->ends_ms = monitor->began_ms + recording->length_max_ms;
    if (recording_file_name(&monitor->file, call, number, leg, recording) != 0 ||
        start(monitor, leg, recording->track) != 0) {
        free_monitor(monitor);
        job_fail(call, number, "Asterisk cannot record beside: is app_mixmonitor loaded?");
        return;
    }
    if (job_begin(call, &monitoring, number, leg, monitor) == NULL) {
        free_monitor(monitor);
        return;
    }
    tell(call, (pivot_event){.kind = PIVOT_EVENT_RECORDING_BEGAN,
                             .job = number,
                             .id = pivot_text_of(monitor->file.id)});
}
