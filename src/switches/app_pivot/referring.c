#include "switches/app_pivot/referring.h"

#include "switches/app_pivot/jobs.h"

#include <asterisk/channel.h>
#include <asterisk/frame.h>

enum { ACCEPTED = 202, OK = 200, SERVER_ERROR = 500 };

static void end_refer(struct live_call* call, struct job* job, int sip_code, int notified)
{
    job->is_over = 1;
    tell(call, (pivot_event){.kind = PIVOT_EVENT_REFERRED,
                             .job = job->number,
                             .sip_code = sip_code,
                             .how = notified});
}

static void stop_refer(struct live_call* call, struct job* job)
{
    end_refer(call, job, ACCEPTED, 0);
}

/* The frame has a value of ast_control_transfer, or the SIP status of a failure. */
static void hear_result(struct live_call* call, struct job* job, struct leg* leg,
                        struct ast_frame* frame)
{
    if (leg != job->leg || frame->frametype != AST_FRAME_CONTROL ||
        frame->subclass.integer != AST_CONTROL_TRANSFER) {
        return;
    }
    const int result = (int)*(const enum ast_control_transfer*)frame->data.ptr;
    if (result == AST_TRANSFER_PROGRESS) return;
    if (result == AST_TRANSFER_SUCCESS) {
        end_refer(call, job, ACCEPTED, OK);
    } else {
        end_refer(call, job, result >= 300 ? result : SERVER_ERROR, 0);
    }
}

static const struct job_kind referring = {
    .name = "refers", .stop = stop_refer, .hear = hear_result};

/* As ast_transfer() does, which would wait for the result. */
static int send_refer(struct ast_channel* channel, const char* sip_uri)
{
    int status = -1;
    ast_channel_lock(channel);
    const struct ast_channel_tech* technology = ast_channel_tech(channel);
    if (technology->transfer != NULL) status = technology->transfer(channel, sip_uri);
    ast_channel_unlock(channel);
    return status;
}

void refer_caller(struct live_call* call, pivot_job number, struct leg* caller, char* sip_uri)
{
    struct job* job = job_begin(call, &referring, number, caller, NULL);
    if (job == NULL || send_refer(caller->channel, sip_uri) == 0) return;
    job->is_over = 1;
    tell(call, (pivot_event){.kind = PIVOT_EVENT_REFERRED,
                             .job = number,
                             .why = pivot_text_of("the caller's channel cannot be referred")});
}
