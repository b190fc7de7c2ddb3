#include "switches/app_pivot/legs.h"

#include "switches/app_pivot/away.h"
#include "switches/app_pivot/causes.h"
#include "switches/app_pivot/jobs.h"

#include <asterisk/channel.h>
#include <asterisk/utils.h>

struct leg* leg_add(struct live_call* call, pivot_leg number, struct ast_channel* channel)
{
    struct leg* leg = ast_calloc(1, sizeof *leg);
    if (leg == NULL) return NULL;
    leg->number = number;
    leg->channel = channel;
    leg->call = call;
    leg->hook = -1;
    struct leg** last = &call->legs;
    while (*last != NULL) last = &(*last)->next;
    *last = leg;
    return leg;
}

struct leg* leg_find(struct live_call* call, pivot_leg number)
{
    struct leg* leg = call->legs;
    while (leg != NULL && leg->number != number) leg = leg->next;
    return leg;
}

int leg_is_up(const struct leg* leg)
{
    return ast_channel_state(leg->channel) == AST_STATE_UP;
}

void leg_end(struct live_call* call, struct leg* leg)
{
    away_end(leg);
    const int cause = ast_channel_hangupcause(leg->channel);
    if (leg->was_told) {
        tell(call, (pivot_event){.kind = PIVOT_EVENT_LEG_ENDED,
                                 .leg = leg->number,
                                 .text = cause_name(cause),
                                 .sip_code = leg_is_up(leg) ? 200 : cause_sip_code(cause)});
    }
    jobs_lose_leg(call, leg);
    leg_drop(call, leg);
}

void leg_drop(struct live_call* call, struct leg* leg)
{
    away_end(leg);
    struct leg** at = &call->legs;
    while (*at != leg) at = &(*at)->next;
    *at = leg->next;
    if (leg->number != CALLER) ast_hangup(leg->channel);
    ast_free(leg);
}
