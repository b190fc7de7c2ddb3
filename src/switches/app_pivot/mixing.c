#include "switches/app_pivot/mixing.h"

#include "switches/app_pivot/away.h"
#include "switches/app_pivot/jobs.h"

#include <asterisk/bridge.h>
#include <asterisk/bridge_technology.h>
#include <asterisk/lock.h>
#include <asterisk/utils.h>

/* There while somebody is in it. */
struct mix {
    struct ast_bridge* bridge;
    int members;
    struct mix* next;
    char name[];
};

AST_MUTEX_DEFINE_STATIC(lock);
static struct mix* mixes;

static struct mix* new_mix(const char* name)
{
    struct mix* mix = ast_calloc(1, sizeof *mix + strlen(name) + 1);
    if (mix == NULL) return NULL;
    strcpy(mix->name, name);
    mix->bridge = ast_bridge_base_new(
        AST_BRIDGE_CAPABILITY_1TO1MIX | AST_BRIDGE_CAPABILITY_MULTIMIX,
        AST_BRIDGE_FLAG_SMART | AST_BRIDGE_FLAG_MERGE_INHIBIT_TO |
            AST_BRIDGE_FLAG_MERGE_INHIBIT_FROM | AST_BRIDGE_FLAG_SWAP_INHIBIT_FROM |
            AST_BRIDGE_FLAG_SWAP_INHIBIT_TO | AST_BRIDGE_FLAG_TRANSFER_PROHIBITED,
        AST_MODULE, name, NULL);
    if (mix->bridge == NULL) {
        ast_free(mix);
        return NULL;
    }
    mix->next = mixes;
    mixes = mix;
    return mix;
}

/* Returns null if the mix is full, or cannot be. */
static struct mix* enter(const char* name, int members_max)
{
    ast_mutex_lock(&lock);
    struct mix* mix = mixes;
    while (mix != NULL && strcmp(mix->name, name) != 0) mix = mix->next;
    if (mix == NULL) mix = new_mix(name);
    if (mix != NULL && members_max > 0 && mix->members >= members_max) mix = NULL;
    if (mix != NULL) ++mix->members;
    ast_mutex_unlock(&lock);
    return mix;
}

static void leave(struct mix* mix)
{
    ast_mutex_lock(&lock);
    if (--mix->members == 0) {
        struct mix** at = &mixes;
        while (*at != mix) at = &(*at)->next;
        *at = mix->next;
        ast_bridge_destroy(mix->bridge, 0);
        ast_free(mix);
    }
    ast_mutex_unlock(&lock);
}

static void stop_mixing(struct live_call* call, struct job* job)
{
    away_end(job->leg);
    job_end(call, job, PIVOT_JOB_STOPPED, NULL);
}

static void leave_mix(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg == job->leg) stop_mixing(call, job);
}

static void lose_mixed(struct live_call* call, struct job* job, struct leg* leg)
{
    if (leg == job->leg) stop_mixing(call, job);
}

static void discard_mix(struct live_call* call, struct job* job)
{
    (void)call;
    leave(job->state);
}

static const struct job_kind mixing = {.name = "is in a room",
                                       .stop = stop_mixing,
                                       .leave = leave_mix,
                                       .lose = lose_mixed,
                                       .discard = discard_mix};

void mix_caller(struct live_call* call, pivot_job number, const char* name, int members_max)
{
    struct leg* caller = leg_find(call, CALLER);
    struct mix* mix = enter(name, members_max);
    if (mix == NULL) {
        job_fail(call, number, "the mix is full, or Asterisk has no memory");
        return;
    }
    struct job* job = job_begin(call, &mixing, number, caller, mix);
    if (job == NULL) {
        leave(mix);
        return;
    }
    if (away_begin(caller, mix->bridge) != 0) {
        job_end(call, job, PIVOT_JOB_FAILED, "Asterisk does not let the caller into the mix");
    }
}
