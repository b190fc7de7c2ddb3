#include "switches/app_pivot/commands.h"

#include "switches/app_pivot/news.h"

#include <asterisk/astobj2.h>
#include <asterisk/strings.h>

static const pivot_text no_text = {NULL, 0};

static void post_job(void* call, enum news_kind kind, pivot_job job, pivot_leg leg,
                     const void* shown)
{
    post(call, (struct news){.kind = kind, .job = job, .leg = leg, .shown = shown}, no_text,
         no_text);
}

static void answer(void* call)
{
    post_job(call, NEWS_ANSWER, 0, 0, NULL);
}

static void reject(void* call, int32_t sip_code, pivot_text phrase)
{
    /* Asterisk sends the phrase of the status. */
    (void)phrase;
    post(call, (struct news){.kind = NEWS_REJECT, .number = sip_code}, no_text, no_text);
}

static void hang_up(void* call, pivot_leg leg, pivot_text cause)
{
    post(call, (struct news){.kind = NEWS_HANG_UP, .leg = leg}, cause, no_text);
}

static void stop(void* call, pivot_job job)
{
    post_job(call, NEWS_STOP, job, 0, NULL);
}

static void play(void* call, pivot_job job, pivot_leg leg, const pivot_media* media)
{
    post_job(call, NEWS_PLAY, job, leg, media);
}

static void say(void* call, pivot_job job, pivot_leg leg, const pivot_speech* speech)
{
    post_job(call, NEWS_SAY, job, leg, speech);
}

static void send_keys(void* call, pivot_job job, pivot_leg leg, const pivot_keys* keys)
{
    post_job(call, NEWS_SEND_KEYS, job, leg, keys);
}

static void record(void* call, pivot_job job, pivot_leg leg, const pivot_recording* recording)
{
    const struct live_call* recorded_call = call;
    if (recording->url.size > 0) {
        ast_log(LOG_WARNING,
                "%s: a recording is not uploaded to its URL: set session.keeps_recordings\n",
                recorded_call->name);
    }
    post_job(call, NEWS_RECORD, job, leg, recording);
}

static void dial(void* call, pivot_job job, const pivot_dial* dial)
{
    post_job(call, NEWS_DIAL, job, 0, dial);
}

static void bridge(void* call, pivot_job job, pivot_leg leg)
{
    post_job(call, NEWS_BRIDGE, job, leg, NULL);
}

static void mix(void* call, pivot_job job, pivot_text mix, uint32_t members_max)
{
    const int32_t most = members_max > INT32_MAX ? INT32_MAX : (int32_t)members_max;
    post(call, (struct news){.kind = NEWS_MIX, .job = job, .number = most}, mix, no_text);
}

static void refer(void* call, pivot_job job, pivot_text sip_uri)
{
    post(call, (struct news){.kind = NEWS_REFER, .job = job}, sip_uri, no_text);
}

static void transfer(void* call, pivot_job job, const pivot_transfer* transfer)
{
    post_job(call, NEWS_TRANSFER, job, 0, transfer);
}

static void park(void* call, pivot_job job, pivot_text slot)
{
    post(call, (struct news){.kind = NEWS_PARK, .job = job}, slot, no_text);
}

static void mute(void* call, pivot_leg leg, int32_t is_muted)
{
    post(call, (struct news){.kind = NEWS_MUTE, .leg = leg, .number = is_muted}, no_text, no_text);
}

static void set_variable(void* call, pivot_leg leg, pivot_text name, pivot_text value,
                         int32_t is_exported)
{
    post(call, (struct news){.kind = NEWS_SET_VARIABLE, .leg = leg, .number = is_exported}, name,
         value);
}

static void keep(char* to, size_t size, pivot_text text)
{
    const size_t length = text.size < size ? text.size : size - 1;
    if (length > 0) memcpy(to, text.data, length);
    to[length] = '\0';
}

static void warned(void* call, pivot_text where, pivot_text what)
{
    const struct live_call* warned_call = call;
    ast_log(LOG_WARNING, "%s: %.*s%s%.*s\n", warned_call->name, (int)where.size, where.data,
            where.size > 0 ? ": " : "", (int)what.size, what.data);
}

/* Why the last `_` was taken is what the dialplan gets to know as PIVOTREASON. */
static void branched(void* call, pivot_text branch, pivot_text why)
{
    struct live_call* branched_call = call;
    ast_verb(4, "Pivot on %s takes %.*s: %.*s\n", branched_call->name, (int)branch.size,
             branch.data, (int)why.size, why.data);
    if (branch.size != 1 || branch.data[0] != '_') return;
    ao2_lock(branched_call);
    keep(branched_call->reason, sizeof branched_call->reason, why);
    ao2_unlock(branched_call);
}

static void note_end(struct live_call* call, const pivot_end* end)
{
    ao2_lock(call);
    keep(call->branch, sizeof call->branch, end->branch);
    ao2_unlock(call);
}

static void given_back(void* call, const pivot_end* so_far)
{
    note_end(call, so_far);
    post_job(call, NEWS_GIVEN_BACK, 0, 0, NULL);
}

static void ended(void* call, const pivot_end* end)
{
    note_end(call, end);
    post_job(call, NEWS_ENDED, 0, 0, NULL);
    ao2_ref(call, -1);
    ast_module_unref(AST_MODULE_SELF);
}

/* Asterisk has no speech recognizer of its own, and streams to no web server. Rooms and queues are
 * kept by the engine, which needs a mix for them: so they are the same on every switch. */
const pivot_channel asterisk_channel = {
    .size = sizeof asterisk_channel,
    .abilities = PIVOT_ABILITY_LEGS_APART | PIVOT_ABILITY_KEYS_IN_ROOMS | PIVOT_ABILITY_EARLY_MEDIA,
    .answer = answer,
    .reject = reject,
    .hang_up = hang_up,
    .stop = stop,
    .play = play,
    .say = say,
    .send_keys = send_keys,
    .record = record,
    .dial = dial,
    .bridge = bridge,
    .refer = refer,
    .transfer = transfer,
    .park = park,
    .mute = mute,
    .set_variable = set_variable,
    .mix = mix,
    .warned = warned,
    .branched = branched,
    .given_back = given_back,
    .ended = ended,
};
