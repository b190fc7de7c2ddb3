#include "switches/app_pivot/resting.h"

#include "switches/app_pivot/causes.h"

#include <asterisk/astobj2.h>
#include <asterisk/causes.h>
#include <asterisk/channel.h>
#include <asterisk/datastore.h>
#include <asterisk/utils.h>

struct rest {
    struct live_call* call;
    struct ast_channel* channel; /* outlives its datastores */
};

static void wake_up(void* data)
{
    struct rest* rest = data;
    const int cause = ast_channel_hangupcause(rest->channel);
    tell(rest->call,
         (pivot_event){.kind = PIVOT_EVENT_HUNG_UP,
                       .text = cause_name(cause == 0 ? AST_CAUSE_NORMAL_CLEARING : cause),
                       .sip_code = 200});
    ao2_ref(rest->call, -1);
    ast_free(rest);
}

static void move(void* data, struct ast_channel* old_channel, struct ast_channel* new_channel)
{
    (void)old_channel;
    struct rest* rest = data;
    rest->channel = new_channel;
}

static const struct ast_datastore_info resting = {
    .type = "Pivot", .destroy = wake_up, .chan_fixup = move};

void let_rest(struct live_call* call, struct ast_channel* channel)
{
    struct ast_datastore* store = ast_datastore_alloc(&resting, NULL);
    struct rest* rest = ast_calloc(1, sizeof *rest);
    if (store == NULL || rest == NULL) {
        if (store != NULL) ast_datastore_free(store);
        ast_free(rest);
        pivot_cancel(call->engine, call->ticket);
        return;
    }
    *rest = (struct rest){.call = call, .channel = channel};
    ao2_ref(call, 1);
    store->data = rest;
    ast_channel_lock(channel);
    ast_channel_datastore_add(channel, store);
    ast_channel_unlock(channel);
}
