/* A host in C11 that keeps to nothing: it drops, doubles, delays, swaps and invents events at
 * random. Each call ends once all the same, and leaves one CDR.
 *
 * session_hosts_test.cpp starts it as it starts session_loop.c. It is driven by its host, so that
 * it also runs under valgrind:    hostile_host PORT [CALLS [SEED]] */
#include "check.h"
#include "toy_switch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { AT_A_TIME = 100, DELAYED_MAX = 256, PATIENCE_TURNS = 40 };

static const char impatient[] =
    "{\"policy\":{\"allow\":[\"127.0.0.1\"]},\"session\":{\"answer_ms\":100,\"hang_up_ms\":100,"
    "\"stop_ms\":100,\"transfer_limit_ms\":100,\"play_limit_ms\":100}}";

static const char* const documents[] = {
    "<Response><Gather numDigits='1' timeout='1' action='/told'><Say>Choose</Say></Gather>"
    "<Play>welcome</Play></Response>",
    "<Response><Dial timeout='1' record='record-from-answer' action='/told'>"
    "<Number url='/told'>+14155550101</Number><Number>+14155550102</Number></Dial></Response>",
    "<Response><Record maxLength='1' action='/told'/></Response>",
    "<Response><Gather input='speech dtmf' timeout='1' action='/told'><Say>Speak</Say></Gather>"
    "</Response>",
    "<Response><Enqueue action='/told'>support</Enqueue></Response>",
    "<Response><Dial timeout='1' action='/told'><Queue>support</Queue></Dial></Response>",
    "<Response><Dial action='/told'><Conference>room</Conference></Dial></Response>",
    "<Response><Start><Stream url='wss://s.example/' name='ear'/></Start><Say>One</Say>"
    "<Stop><Stream name='ear'/></Stop><Refer action='/told'><Sip>sip:c@c.example</Sip></Refer>"
    "</Response>",
    "{\"module\":\"park\",\"data\":{\"slot\":\"70\"},\"children\":{\"_\":"
    "{\"module\":\"transfer\",\"data\":{\"target\":\"+14155550123\"}}}}",
    "{\"module\":\"move\",\"data\":{},\"children\":{\"_\":{\"module\":\"play\",\"data\":"
    "{\"id\":\"welcome\"}}}}",
};
enum { DOCUMENTS = sizeof documents / sizeof *documents };

static uint64_t seed = 13;

/* xorshift64* */
static uint32_t draw(uint32_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * UINT64_C(0x2545F4914F6CDD1D)) >> 32) % below;
}

/* Copies, of which toy_perform() reads no texts. */
static toy_deed delayed[DELAYED_MAX];
static size_t delayed_count = 0;

static void delay(const toy_deed* deed)
{
    if (delayed_count < DELAYED_MAX) delayed[delayed_count++] = *deed;
}

/* In any order. */
static void perform_delayed(size_t count)
{
    while (count-- > 0 && delayed_count > 0) {
        const size_t index = draw((uint32_t)delayed_count);
        const toy_deed deed = delayed[index];
        delayed[index] = delayed[--delayed_count];
        if (deed.call->ends == 0) toy_perform(&deed);
    }
}

static const char* const texts[] = {
    NULL, "", "_", "\xff\xfe", "USER_BUSY", "http://127.0.0.1:9/", "a\r\nb"};

static pivot_text any_text(void)
{
    return pivot_text_of(texts[draw(sizeof texts / sizeof *texts)]);
}

/* The end of the call is for end_some(): it is the last that one may tell. */
static void invent(toy_call* call)
{
    pivot_event event = pivot_event_of((pivot_event_kind)draw(TOY_EVENTS + 1));
    if (event.kind == PIVOT_EVENT_HUNG_UP) return;
    event.leg = draw(4);
    event.job = draw(8);
    if (event.job > call->last_job) event.job += 1000; /* else it might end the next one */
    event.how = (int32_t)draw(8) - 1;
    event.key = (char)draw(256);
    event.sip_code = (int32_t)draw(1000) - 100;
    event.text = any_text();
    event.id = any_text();
    event.why = any_text();
    event.confidence = any_text();
    event.duration_ms = (int64_t)draw(100000) - 1000;
    event.waited_ms = (int64_t)draw(100000) - 1000;
    event.position = draw(3);
    event.of = draw(3);
    const pivot_status status = toy_tell(call, &event);
    CHECK(status == PIVOT_OK || status == PIVOT_BAD_VALUE || status == PIVOT_NOTHING);
}

static void end(toy_call* call)
{
    if (draw(3) == 0) {
        CHECK(pivot_cancel(call->owner->engine, call->ticket) == PIVOT_OK);
    } else {
        toy_hang_up(call);
    }
}

static bool lies(toy_call* call, const toy_deed* deed)
{
    switch (draw(10)) {
        case 0: return true; /* never ended */
        case 1: delay(deed); return true;
        case 2:
            delay(deed); /* and now, too */
            return false;
        case 3:
        case 4: invent(call); return draw(2) == 0;
        case 5: toy_end_job(call, deed->job, (pivot_job_end)draw(3)); return draw(2) == 0;
        case 6: end(call); return draw(2) == 0;
        default: return false;
    }
}

static toy_call* begin(toy_switch* toy)
{
    const size_t page = draw(DOCUMENTS);
    char document[TOY_LINE_SIZE];
    strcpy(document, documents[page]);
    toy_call* call = toy_ring(toy, lies);
    const toy_start start = {.document = document,
                             .next = draw(2) == 0 ? "{\"module\":\"hangup\"}" : NULL,
                             .at_end = draw(3) == 0 ? PIVOT_AT_END_GIVE_BACK : PIVOT_AT_END_HANG_UP,
                             .is_answered = draw(3) == 0};
    CHECK(toy_begin(call, &start, NULL) == PIVOT_OK);
    return call;
}

typedef struct crowd {
    toy_switch* toy;
    size_t calls_max;
    size_t ages[TOY_CALLS_MAX];
    size_t first; /* all before it have ended */
} crowd;

/* Callers do not wait for ever. */
static void end_some(crowd* all)
{
    while (all->first < all->toy->call_count && all->toy->calls[all->first]->ends > 0) ++all->first;
    for (size_t i = all->first; i < all->toy->call_count; ++i) {
        toy_call* call = all->toy->calls[i];
        if (call->ends == 0 && call->commands > 0 && ++all->ages[i] > PATIENCE_TURNS) end(call);
    }
}

static bool all_are_over(void* user)
{
    crowd* all = user;
    toy_switch* toy = all->toy;
    while (toy->call_count < all->calls_max && toy->call_count - toy->ended < AT_A_TIME) begin(toy);
    perform_delayed(draw(8));
    end_some(all);
    return toy->ended == all->calls_max;
}

int main(int count, char** arguments)
{
    if (count < 2 || count > 4) {
        printf("usage: %s PORT [CALLS [SEED]]\n", arguments[0]);
        return 2;
    }
    toy_port = arguments[1];
    static crowd all;
    static toy_switch toy;
    all.toy = &toy;
    all.calls_max = count > 2 ? strtoul(arguments[2], NULL, 10) : 3000;
    if (all.calls_max > TOY_CALLS_MAX) return 2;
    if (count > 3) seed = strtoull(arguments[3], NULL, 10) | 1;
    printf("%zu calls, seed %" PRIu64 "\n", all.calls_max, seed);

    toy_open(&toy, impatient, 0, 1);
    size_t before = 0;
    while (!toy_run_until(&toy, all_are_over, &all) && toy.ended > before) before = toy.ended;
    CHECK(toy.ended == all.calls_max);
    for (size_t i = 0; i < toy.call_count; ++i) {
        CHECK(toy.calls[i]->ends == 1);
        CHECK(toy.calls[i]->cdrs == 1 && toy.calls[i]->cdrs_at_end == 1);
    }
    toy_close(&toy);
    CHECK(toy.ended == all.calls_max);
    return failures == 0 ? 0 : 1;
}
