#include "switches/app_pivot/talking.h"

#include "switches/app_pivot/away.h"
#include "switches/app_pivot/jobs.h"
#include "switches/app_pivot/ringback.h"

#include <asterisk/bridge.h>
#include <asterisk/bridge_technology.h>
#include <asterisk/channel.h>

/* The job's leg is the other party; its state is the bridge. */
static void part(struct live_call* call, struct job* job)
{
    struct leg* caller = leg_find(call, CALLER);
    job->is_over = 1;
    if (job->leg != NULL) away_end(job->leg);
    if (caller != NULL) away_end(caller);
    tell(call, (pivot_event){.kind = PIVOT_EVENT_BRIDGE_ENDED, .job = job->number});
}

static void leave_bridge(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg->number == CALLER) {
        part(call, job);
        return;
    }
    away_end(leg);
    if (ast_check_hangup(leg->channel)) {
        leg_end(call, leg);
        return;
    }
    part(call, job);
}

static void lose_party(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg == job->leg || leg->number == CALLER) part(call, job);
}

static void discard_bridge(struct live_call* call, struct job* job)
{
    (void)call;
    ast_bridge_destroy(job->state, 0);
}

static const struct job_kind talking = {.name = "talks",
                                        .stop = part,
                                        .leave = leave_bridge,
                                        .lose = lose_party,
                                        .discard = discard_bridge};

/* Whoever is transferred by their own telephone would leave Pivot's call. */
static struct ast_bridge* new_bridge(const struct live_call* call)
{
    return ast_bridge_base_new(
        AST_BRIDGE_CAPABILITY_NATIVE | AST_BRIDGE_CAPABILITY_1TO1MIX,
        AST_BRIDGE_FLAG_SMART | AST_BRIDGE_FLAG_MERGE_INHIBIT_TO |
            AST_BRIDGE_FLAG_MERGE_INHIBIT_FROM | AST_BRIDGE_FLAG_SWAP_INHIBIT_FROM |
            AST_BRIDGE_FLAG_SWAP_INHIBIT_TO | AST_BRIDGE_FLAG_TRANSFER_PROHIBITED,
        AST_MODULE, call->name, NULL);
}

void bridge_with(struct live_call* call, pivot_job number, struct leg* leg)
{
    struct leg* caller = leg_find(call, CALLER);
    stop_ringback(call);
    struct ast_bridge* bridge = new_bridge(call);
    if (bridge == NULL) {
        job_fail(call, number, "Asterisk cannot make a bridge");
        return;
    }
    struct job* job = job_begin(call, &talking, number, leg, bridge);
    if (job == NULL) {
        ast_bridge_destroy(bridge, 0);
    } else if (away_begin(caller, bridge) != 0 || away_begin(leg, bridge) != 0) {
        away_end(caller);
        job_end(call, job, PIVOT_JOB_FAILED, "Asterisk does not let the two into a bridge");
    }
}
