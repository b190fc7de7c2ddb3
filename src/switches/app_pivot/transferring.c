#include "switches/app_pivot/transferring.h"

#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/settings.h"

#include <asterisk/channel.h>
#include <asterisk/pbx.h>
#include <asterisk/strings.h>
#include <asterisk/utils.h>

static int go_to(struct ast_channel* channel, const char* context, const char* extension)
{
    const struct ast_party_id* id = &ast_channel_caller(channel)->id;
    const char* number = S_COR(id->number.valid, id->number.str, NULL);
    if (!ast_exists_extension(channel, context, extension, 1, number)) return -1;
    return ast_explicit_goto(channel, context, extension, 1);
}

void transfer_caller(struct live_call* call, pivot_job number, struct leg* caller,
                     const pivot_transfer* transfer)
{
    if (transfer->is_attended || transfer->moves_other_leg) {
        job_fail(call, number, "Asterisk only transfers the caller, and only blind");
        return;
    }
    const char* context =
        S_OR(call->settings->transfer_context, ast_channel_context(caller->channel));
    char* extension = ast_strndup(transfer->target.data, transfer->target.size);
    if (extension == NULL || go_to(caller->channel, context, extension) != 0) {
        job_fail(call, number, "the dialplan has no such extension in the transfer_context");
    } else {
        call->progress = MOVED;
        tell(call, (pivot_event){.kind = PIVOT_EVENT_MOVED, .job = number});
    }
    ast_free(extension);
}
