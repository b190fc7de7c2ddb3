#include "switches/app_pivot/sending_keys.h"

#include "switches/app_pivot/jobs.h"

#include <asterisk/channel.h>
#include <asterisk/utils.h>

enum { GAP_MS = 100 };

struct sending {
    pivot_text keys; /* the engine's */
    size_t next;
    int key_ms;
    char pressed;      /* 0 between keys */
    int64_t due_at_ms; /* the release of a key, or the next one */
};

static void release(struct sending* sending, struct leg* leg)
{
    if (sending->pressed == 0) return;
    ast_senddigit_end(leg->channel, sending->pressed, (unsigned)sending->key_ms);
    sending->pressed = 0;
    sending->due_at_ms = now_ms() + GAP_MS;
}

static void press(struct sending* sending, struct leg* leg)
{
    const char key = sending->keys.data[sending->next++];
    if (key == 'w' || key == 'W') {
        sending->due_at_ms = now_ms() + (key == 'w' ? 500 : 1000);
        return;
    }
    sending->pressed = key;
    sending->due_at_ms = now_ms() + sending->key_ms;
    ast_senddigit_begin(leg->channel, key);
}

static void stop_sending(struct live_call* call, struct job* job)
{
    release(job->state, job->leg);
    job_end(call, job, PIVOT_JOB_STOPPED, NULL);
}

static int wait_sending(struct live_call* call, struct job* job)
{
    (void)call;
    const struct sending* sending = job->state;
    return until_ms(sending->due_at_ms);
}

static void turn_sending(struct live_call* call, struct job* job)
{
    struct sending* sending = job->state;
    if (now_ms() < sending->due_at_ms) return;
    if (sending->pressed != 0) {
        release(sending, job->leg);
        return;
    }
    if (sending->next < sending->keys.size) {
        press(sending, job->leg);
        return;
    }
    job_end(call, job, PIVOT_JOB_FINISHED, NULL);
}

static void discard_sending(struct live_call* call, struct job* job)
{
    (void)call;
    ast_free(job->state);
}

static const struct job_kind sending_keys = {.name = "sends keys",
                                             .stop = stop_sending,
                                             .wait = wait_sending,
                                             .turn = turn_sending,
                                             .discard = discard_sending};

void send_key_sequence(struct live_call* call, pivot_job number, struct leg* leg,
                       const pivot_keys* keys)
{
    struct sending* sending = ast_calloc(1, sizeof *sending);
    if (sending == NULL) {
        job_fail(call, number, "Asterisk has no memory");
        return;
    }
    sending->keys = keys->keys;
    sending->key_ms = keys->key_ms > 0 && keys->key_ms < 60000 ? (int)keys->key_ms : GAP_MS;
    if (job_begin(call, &sending_keys, number, leg, sending) == NULL) ast_free(sending);
}
