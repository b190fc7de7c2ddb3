/* A host in C11 of whole calls with threads of the engine, whose switch has threads of its own.
 *
 * session_hosts_test.cpp starts it as it starts session_loop.c. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "toy_switch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REACTORS = 2, LANES = 4, CALLS = 200, TELLERS = 8 };

static void open_switch(toy_switch* toy)
{
    toy_open(toy, toy_loopback, REACTORS, LANES);
}

/* ---- many calls ---- */

static const char everything[] =
    "<Response><Gather numDigits='2' action='/told'><Say>Choose</Say></Gather>"
    "<Play>welcome</Play><Dial><Number>+14155550101</Number><Number>+14155550102</Number></Dial>"
    "<Record playBeep='false' action='/told'/></Response>";

static bool press_at_prompt(toy_call* call, const toy_deed* deed)
{
    if (deed->command != TOY_SAY || toy_saw(call, "stop")) return false;
    toy_press(call, call->number % 2 == 0 ? "42" : "");
    if (call->number % 2 != 0) toy_hang_up(call);
    return true;
}

static bool all_have_ended(void* user)
{
    const toy_switch* toy = user;
    return toy->ended == toy->call_count && pivot_calls_in_flight(toy->engine) == 0;
}

static void calls_on_all_reactors_end_once(void)
{
    toy_switch toy;
    open_switch(&toy);
    for (int i = 0; i < CALLS; ++i) toy_begin_page(&toy, press_at_prompt, everything);
    CHECK(toy_run_until(&toy, all_have_ended, &toy));
    for (size_t i = 0; i < toy.call_count; ++i) {
        CHECK(toy.calls[i]->ends == 1);
        CHECK(toy.calls[i]->cdrs_at_end == 1);
        CHECK(toy_saw(toy.calls[i], i % 2 == 0 ? "say Told" : "say Choose"));
    }
    CHECK(toy.threads_begun == REACTORS);
    CHECK(toy.threads_ended == 0);
    toy_close(&toy);
    CHECK(toy.threads_ended == REACTORS);
}

/* ---- many threads, one call ---- */

static const char* const keypads[TELLERS] = {"01", "23", "45", "67", "89", "AB", "CD", "*#"};
/* As many keys as a call keeps that has not begun to gather yet: 128. */
enum { ROUNDS = 8 };

typedef struct teller {
    toy_call* call;
    const char* keys;
    pthread_t thread;
} teller;

static void* tell_keys(void* user)
{
    const teller* self = user;
    for (int round = 0; round < ROUNDS; ++round) toy_press(self->call, self->keys);
    return NULL;
}

/* Keys of each thread are in the order in which it told them. */
static void check_order(const char* digits)
{
    CHECK(strcspn(digits, ";") == TELLERS * ROUNDS * 2);
    for (size_t i = 0; i < TELLERS; ++i) {
        size_t count = 0;
        for (const char* at = digits; *at != ';' && *at != '\0'; ++at) {
            if (strchr(keypads[i], *at) == NULL) continue;
            CHECK(*at == keypads[i][count % 2]);
            ++count;
        }
        CHECK(count == (size_t)ROUNDS * 2);
    }
}

static void threads_tell_one_call_without_a_lock(void)
{
    toy_switch toy;
    open_switch(&toy);
    toy_call* call = toy_begin_page(&toy, NULL,
                                    "<Response><Gather numDigits='128' finishOnKey=''"
                                    " timeout='60' action='/told'/></Response>");
    CHECK(toy_run_until_saw(call, "answer"));
    teller tellers[TELLERS];
    for (size_t i = 0; i < TELLERS; ++i) {
        tellers[i] = (teller){.call = call, .keys = keypads[i]};
        CHECK(pthread_create(&tellers[i].thread, NULL, tell_keys, &tellers[i]) == 0);
    }
    for (size_t i = 0; i < TELLERS; ++i) CHECK(pthread_join(tellers[i].thread, NULL) == 0);
    CHECK(toy_run_until_ended(call));
    const char* digits = strstr(call->log, "Digits=");
    CHECK(digits != NULL);
    if (digits != NULL) check_order(digits + strlen("Digits="));
    toy_close(&toy);
}

void run_scenes(void)
{
    calls_on_all_reactors_end_once();
    for (int i = 0; i < 5; ++i) threads_tell_one_call_without_a_lock();
}
