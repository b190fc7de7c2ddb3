#include "switches/app_pivot/jobs.h"

#include <asterisk/utils.h>
#include <limits.h>
#include <time.h>

int earlier(int wait_ms, int other_ms)
{
    if (wait_ms < 0) return other_ms;
    if (other_ms < 0) return wait_ms;
    return wait_ms < other_ms ? wait_ms : other_ms;
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int until_ms(int64_t moment_ms)
{
    const int64_t left = moment_ms - now_ms();
    if (left <= 0) return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

struct job* job_begin(struct live_call* call, const struct job_kind* kind, pivot_job number,
                      struct leg* leg, void* state)
{
    struct job* job = ast_calloc(1, sizeof *job);
    if (job == NULL) {
        job_fail(call, number, "Asterisk has no memory");
        return NULL;
    }
    *job = (struct job){.number = number, .kind = kind, .leg = leg, .state = state};
    struct job** last = &call->jobs;
    while (*last != NULL) last = &(*last)->next;
    *last = job;
    call->doing = kind;
    return job;
}

struct job* job_find(struct live_call* call, pivot_job number)
{
    struct job* job = call->jobs;
    while (job != NULL && (job->number != number || job->is_over)) job = job->next;
    return job;
}

void job_end(struct live_call* call, struct job* job, pivot_job_end how, const char* why)
{
    job->is_over = 1;
    tell(call, (pivot_event){.kind = PIVOT_EVENT_JOB_ENDED,
                             .job = job->number,
                             .how = how,
                             .why = pivot_text_of(why)});
}

void job_fail(struct live_call* call, pivot_job number, const char* why)
{
    tell(call, (pivot_event){.kind = PIVOT_EVENT_JOB_ENDED,
                             .job = number,
                             .how = PIVOT_JOB_FAILED,
                             .why = pivot_text_of(why)});
}

void jobs_hear(struct live_call* call, struct leg* leg, struct ast_frame* frame)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (!job->is_over && job->kind->hear != NULL) job->kind->hear(call, job, leg, frame);
    }
}

void jobs_leave(struct live_call* call, struct leg* leg)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (!job->is_over && job->kind->leave != NULL) {
            job->kind->leave(call, job, leg);
            return;
        }
    }
}

int jobs_wait(struct live_call* call)
{
    int wait_ms = -1;
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (job->is_over || job->kind->wait == NULL) continue;
        wait_ms = earlier(wait_ms, job->kind->wait(call, job));
    }
    return wait_ms;
}

void jobs_turn(struct live_call* call)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (!job->is_over && job->kind->turn != NULL) job->kind->turn(call, job);
    }
}

void jobs_lose_leg(struct live_call* call, struct leg* leg)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (!job->is_over && job->kind->lose != NULL) job->kind->lose(call, job, leg);
        if (!job->is_over && job->leg == leg) job_end(call, job, PIVOT_JOB_STOPPED, NULL);
        if (job->leg == leg) job->leg = NULL;
    }
}

void jobs_stop(struct live_call* call)
{
    for (struct job* job = call->jobs; job != NULL; job = job->next) {
        if (!job->is_over && job->kind->stop != NULL) job->kind->stop(call, job);
    }
}

static void free_job(struct live_call* call, struct job* job)
{
    if (job->kind->discard != NULL) job->kind->discard(call, job);
    ast_free(job);
}

void jobs_sweep(struct live_call* call)
{
    struct job** at = &call->jobs;
    while (*at != NULL) {
        struct job* job = *at;
        if (!job->is_over) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        free_job(call, job);
    }
    call->doing = NULL;
    for (struct job* job = call->jobs; job != NULL; job = job->next) call->doing = job->kind;
}

void jobs_discard(struct live_call* call)
{
    while (call->jobs != NULL) {
        struct job* job = call->jobs;
        call->jobs = job->next;
        free_job(call, job);
    }
    call->doing = NULL;
}
