#include "switches/app_pivot/parking.h"

#include "switches/app_pivot/jobs.h"

#include <asterisk/channel.h>
#include <asterisk/parking.h>
#include <asterisk/pbx.h>
#include <asterisk/stasis.h>
#include <asterisk/stasis_channels.h>
#include <asterisk/strings.h>

struct parking {
    struct live_call* call;
    pivot_job number;
    const char* channel_id;
    int is_parked;
};

static const struct job_kind parking_kind = {.name = "was parked"};

/* Runs on a thread of Asterisk's, because the channel's own is in Park until the caller leaves the
 * lot. The one who fetched the caller may park them again, which nobody need know. */
static void hear_of_parking(void* data, struct stasis_subscription* subscription,
                            struct stasis_message* message)
{
    (void)subscription;
    struct parking* parking = data;
    if (parking->is_parked || stasis_message_type(message) != ast_parked_call_type()) return;
    const struct ast_parked_call_payload* parked = stasis_message_data(message);
    if (parked->event_type != PARKED_CALL) return;
    if (strcmp(parked->parkee->base->uniqueid, parking->channel_id) != 0) return;
    parking->is_parked = 1;
    parking->call->doing = &parking_kind;
    tell(parking->call, (pivot_event){.kind = PIVOT_EVENT_MOVED, .job = parking->number});
}

/* Returns what Park wants of the dialplan. Only its messages say whether it has parked. */
static int run_park(struct ast_app* park, struct ast_channel* channel, struct parking* parking)
{
    struct stasis_subscription* messages =
        stasis_subscribe(ast_parking_topic(), hear_of_parking, parking);
    if (messages == NULL) return 0;
    ast_channel_clear_flag(channel, AST_FLAG_END_DTMF_ONLY);
    const int result = pbx_exec(channel, park, "");
    ast_channel_set_flag(channel, AST_FLAG_END_DTMF_ONLY);
    stasis_unsubscribe_and_join(messages);
    return result;
}

void park_caller(struct live_call* call, pivot_job number, struct leg* caller, const char* slot)
{
    struct ast_app* park = pbx_findapp(PARK_APPLICATION);
    if (park == NULL) {
        job_fail(call, number,
                 "Asterisk has no parking lots: the module res_parking is not loaded");
        return;
    }
    jobs_stop(call);
    while (caller->next != NULL) leg_end(call, caller->next);
    jobs_sweep(call);
    if (!ast_strlen_zero(slot)) pbx_builtin_setvar_helper(caller->channel, "PARKINGEXTEN", slot);
    struct parking parking = {
        .call = call, .number = number, .channel_id = ast_channel_uniqueid(caller->channel)};
    const int result = run_park(park, caller->channel, &parking);
    if (parking.is_parked) {
        call->progress = MOVED;
        call->hangs_up = result != 0;
    } else {
        job_fail(call, number, "the slot is not a number, or the parking lot is unknown or full");
    }
}
